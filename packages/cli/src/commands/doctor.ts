// twill doctor: what this machine has, and whether the default device computes what it should.
import { checkDevice, type DeviceCheck } from '@twilljs/parity';
import { wrapped } from '@twilljs/report';
import { isTwillError } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { openDevice } from '../device.ts';
import { machineFacts } from '../doctor/machine.ts';

export function doctor() {
  const command = makeCommand({
    name: 'doctor',
    summary: 'Shows what this machine has, and checks that the device computes what it should.',
    seed: 'decides the weights of the model that is checked',
    device: 'the device to check',
    examples: ['twill doctor', 'twill doctor --json'],
    notes: ['Exit code 1 when the device fails its check.'],
  });
  return {
    command,
    run: (context: Context, _: readonly string[], options: CommonOptions) => runDoctor(context, options),
  };
}

async function runDoctor({ say }: Context, { device, seed }: CommonOptions): Promise<Result> {
  // First, since the device of Node 20 switches relaxed SIMD on.
  const check = await checkOf(device, seed);
  const facts = await machineFacts();
  for (const [name, value] of Object.entries(facts)) say(`${name.padEnd(14)}${value}\n`);
  say(`\n${textOf(check)}`);
  return { answer: check.ok, data: { ...facts, check } };
}

/** What was found of a device, or why it could not be used at all. */
type Check = DeviceCheck & { readonly device: string; readonly problem?: string };

async function checkOf(name: CommonOptions['device'], seed: number): Promise<Check> {
  try {
    const device = await openDevice({ device: name });
    return { device: device.label, ...(await checkDevice(device, mixers, seed)) };
  } catch (error) {
    if (!isTwillError(error)) throw error;
    const nothing = { ok: false, lossError: 0, gradientError: 0, kernels: [], definitions: [] };
    return { device: name, ...nothing, problem: error.message };
  }
}

const INDENT = ' '.repeat(14);

function textOf({ device, ok, lossError, gradientError, kernels, definitions, problem }: Check): string {
  if (problem) return `check         FAILED on ${device}: ${problem}\n`;
  const lines = [
    `check         ${ok ? 'passed' : 'FAILED'} on ${device}: a training step of every mixer against f64;\n` +
      `${INDENT}loss off by ${lossError.toExponential(1)}, gradients by ${gradientError.toExponential(1)}`,
    `kernels       ${wrapped(`${kernels.length} ops: ${kernels.join(', ') || 'none'}`, 80 - INDENT.length).replaceAll('\n', `\n${INDENT}`)}`,
    definitions.length === 0
      ? 'definitions   none: no op takes its slow form'
      : `definitions   ${definitions.length} ops take their slow form:`,
    ...definitions.map(({ op, reason, count }) => `${INDENT}${op} (${count} x): ${reason}`),
  ];
  return `${lines.join('\n')}\n`;
}

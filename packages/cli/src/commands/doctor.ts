// twill doctor: what this machine has, and whether the default device computes what it should.
import { wrapped } from '@twilljs/report';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { openDevice } from '../device.ts';
import { type Check, checkModel } from '../doctor/check.ts';
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
  // First, since the device of Node 20 switches relaxed SIMD on; why it cannot be used is said by the check.
  await openDevice(device).catch(() => null);
  const facts = await machineFacts();
  for (const [name, value] of Object.entries(facts)) say(`${name.padEnd(14)}${value}\n`);
  const check = await checkModel(device, seed);
  say(`\n${textOf(check)}`);
  return { answer: check.ok, data: { ...facts, check } };
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

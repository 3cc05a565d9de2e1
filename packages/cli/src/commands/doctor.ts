// twill doctor: what this machine has, and whether the default device computes what it should.
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
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
  const facts = await machineFacts();
  for (const [name, value] of Object.entries(facts)) say(`${name.padEnd(14)}${value}\n`);
  const check = await checkModel(device, seed);
  say(`\n${textOf(check)}`);
  return { answer: check.ok, data: { ...facts, check } };
}

function textOf({ device, ok, lossError, gradientError, kernels, definitions, problem }: Check): string {
  if (problem) return `check         FAILED on ${device}: ${problem}\n`;
  const lines = [
    `check         ${ok ? 'passed' : 'FAILED'} on ${device}: one step of a hybrid against f64; loss off by ${lossError.toExponential(1)}, ` +
      `gradients by ${gradientError.toExponential(1)}`,
    `kernels       ${kernels.length} ops: ${kernels.join(', ') || 'none'}`,
    definitions.length === 0
      ? 'definitions   none: no op takes its slow form'
      : `definitions   ${definitions.length} ops take their slow form:`,
    ...definitions.map(({ op, reason, count }) => `              ${op} (${count} x): ${reason}`),
  ];
  return `${lines.join('\n')}\n`;
}

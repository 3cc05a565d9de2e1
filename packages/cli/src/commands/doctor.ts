// twill doctor: what this machine has, and whether the default device computes what it should.
import { checkDevice, type DeviceCheck, inspectSteps } from '@twilljs/parity';
import { checkText, stepsText } from '@twilljs/report';
import { type DeviceReport, isTwillError, OptionError } from '@twilljs/tensor';
import { mixers, yardstick } from 'twilljs';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { openDevice } from '../device.ts';
import { machineFacts } from '../doctor/machine.ts';

export function doctor() {
  const command = makeCommand({
    name: 'doctor',
    summary: 'Shows what this machine has, and checks that the device computes what it should.',
    seed: 'decides the weights of the model that is checked',
    device: 'the device to check',
    examples: ['twill doctor', 'twill doctor --step', 'twill doctor --json'],
    notes: ['Exit code 1 when the device fails its check.'],
  }).option('--step', 'show instead what recorded steps of a small hybrid run: one of training, one of decoding');
  return {
    command,
    run: (context: Context, _: readonly string[], options: DoctorOptions) =>
      options.step ? showSteps(context, options) : runDoctor(context, options),
  };
}

type DoctorOptions = CommonOptions & { readonly step?: true };

async function showSteps({ say, note }: Context, { device, threads }: CommonOptions): Promise<Result> {
  using model = await yardstick().to(await openDevice({ device, threads }));
  const batch = [8, 128] as const;
  note(
    'Runs three training steps and some tokens first, which takes a minute or more on the processor by the reference device or by software WebGPU.\n',
  );
  const steps = await inspectSteps(model, batch);
  say(stepsText(model, steps, batch));
  return { answer: true, data: { ...steps } };
}

async function runDoctor({ say }: Context, options: CommonOptions): Promise<Result> {
  const check = await checkOf(options);
  const facts = await machineFacts();
  for (const [name, value] of Object.entries(facts)) say(`${name.padEnd(14)}${value}\n`);
  say(`\n${checkText(check)}`);
  return { answer: check.ok, data: { ...facts, check } };
}

/** What was found of a device, or why it could not be used at all. */
type Check = DeviceCheck & { readonly device: string; readonly problem?: string } & Pick<
    DeviceReport,
    'threads' | 'tier' | 'choice'
  >;

async function checkOf({ device: name, threads, seed }: CommonOptions): Promise<Check> {
  try {
    const device = await openDevice({ device: name, threads });
    const { threads: has, tier, choice } = device.report();
    return {
      device: device.label,
      ...(has && { threads: has }),
      ...(tier && { tier }),
      ...(choice !== undefined && { choice }),
      ...(await checkDevice(device, mixers, seed)),
    };
  } catch (error) {
    // A flag or a variable that cannot be says nothing of the device.
    if (!isTwillError(error) || error instanceof OptionError) throw error;
    const nothing = { ok: false, lossError: 0, gradientError: 0, kernels: [], definitions: [] };
    return { device: name, ...nothing, problem: error.message };
  }
}

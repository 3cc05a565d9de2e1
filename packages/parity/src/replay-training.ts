// Replays the training of a golden: losses, learning rates and gradient norms of every step, and the parameters at the end.
import { join } from 'node:path';
import { load, readFile } from '@twilljs/hub/node';
import type { LanguageModel } from '@twilljs/hybrid';
import type { MixerFamily } from '@twilljs/nn';
import { type Device, FileError, IGNORE } from '@twilljs/tensor';
import { type StepRecord, Trainer, type TrainSettings } from '@twilljs/train';
import { readTrainGolden, type TrainGolden } from './golden-model.ts';
import { type Measured, measure, measureSeries } from './measured.ts';

/** Relative, of every step and every parameter. */
const tolerance = { f32: 1e-5, f64: 1e-9 };

/** @param directory of the model. */
export async function replayTraining(
  path: string,
  directory: string,
  mixers: readonly MixerFamily[],
  device: Device,
): Promise<Measured[]> {
  const where = join(path, 'train.safetensors');
  const golden = readTrainGolden(readFile(where), where);
  const { model } = await load(directory, { mixers, device });
  using trainer = new Trainer(model, settingsOf(golden, model));
  const [, B, T] = golden.inputIds.shape;
  const records: StepRecord[] = [];
  for (let step = 0; step < golden.loss.length; step++) {
    const inputs = golden.inputIds.data.subarray(step * B * T, (step + 1) * B * T);
    records.push(await trainer.train({ inputs, labels: shifted(inputs, T), B, T }));
  }
  const { float } = device;
  const allowed = tolerance[float];
  const series = (name: keyof StepRecord) => records.map((record) => record[name] as number);
  const measured = [
    measureSeries('train.loss', series('loss'), golden.loss, allowed),
    measureSeries('train.lr', series('lr'), golden.lr, allowed),
    // Ill-conditioned in f32: small norms are differences of large ones.
    measureSeries(
      'train.grad_norm',
      series('gradNorm'),
      golden.gradNorm,
      float === 'f64' ? 10 * allowed : Number.POSITIVE_INFINITY,
    ),
  ];
  for (const [name, { data }] of golden.params) {
    const parameter = model.arena.tensors[model.arena.names.indexOf(name)];
    if (!parameter)
      throw new FileError(
        `train.param.${name} is expected but the model has no such parameter; write the golden again.`,
      );
    measured.push({
      ...measure(`train.param.${name}`, 'out', await parameter.data(), data, float),
      tolerance: allowed,
    });
  }
  return measured;
}

const known = ['steps', 'lr', 'warmup', 'min_ratio', 'beta1', 'beta2', 'eps', 'weight_decay', 'max_norm', 'no_decay'];

/** The trainer's settings in the golden's words. */
function settingsOf({ attrs, loss }: TrainGolden, { arena }: LanguageModel): TrainSettings {
  const unknown = Object.keys(attrs).find((name) => !known.includes(name));
  if (unknown)
    throw new FileError(`attrs.${unknown} is no option of the trainer under that name; use ${known.join(', ')}.`);
  const { steps, lr, warmup, min_ratio, beta1, beta2, eps, weight_decay, max_norm } = attrs as Record<string, number>;
  const undecayed = arena.names.filter((_, i) => arena.offsets[i] >= arena.decayEnd).sort();
  const listed = ((attrs.no_decay ?? []) as string[]).filter((name) => arena.names.includes(name)).sort();
  if (listed.length > 0 && `${undecayed}` !== `${listed}`) {
    throw new FileError(
      `no_decay is ${listed.join(', ')} but the trainer leaves out ${undecayed.join(', ')}; correct it.`,
    );
  }
  return {
    steps: steps ?? loss.length,
    lr,
    warmup,
    minRatio: min_ratio,
    beta1,
    beta2,
    eps,
    weightDecay: weight_decay,
    decayed: listed.length > 0 ? 'matrices' : 'all',
    maxNorm: max_norm,
  };
}

/** Next-token labels; the last position of a row asks for nothing. */
export function shifted(inputs: Int32Array, T: number): Int32Array {
  return inputs.map((_, i) => ((i + 1) % T === 0 ? IGNORE : inputs[i + 1]));
}

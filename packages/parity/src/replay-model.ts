// Replays the golden of a model: logits, residual stream, loss, every gradient, decoding, and steps of training.
import { join } from 'node:path';
import { load, readFile } from '@twilljs/hub/node';
import type { LanguageModel } from '@twilljs/hybrid';
import type { MixerFamily } from '@twilljs/nn';
import {
  type Device,
  FileError,
  grad,
  IGNORE,
  keep,
  release,
  scope,
  type Tensor,
  tensor,
  untracked,
} from '@twilljs/tensor';
import { replayed } from '@twilljs/tensor/testing';
import { type ModelGolden, readModelGolden, readPackedGolden } from './golden-model.ts';
import { type Measured, measure } from './measured.ts';
import { replayTraining, shifted } from './replay-training.ts';
import type { ModelTarget } from './targets.ts';

type Ids = ModelGolden['inputIds'];

export async function replayModel(
  { path, model: directory, packed, training }: ModelTarget,
  mixers: readonly MixerFamily[],
  device: Device,
): Promise<Measured[]> {
  const where = join(path, 'expected.safetensors');
  const golden = readModelGolden(readFile(where), where);
  const { model } = await load(directory, { mixers, device });
  const measured = await replayExpected(model, golden);
  if (packed) measured.push(...(await replayPacked(model, path)));
  if (training) measured.push(...(await replayTraining(path, directory, mixers, device)));
  return measured;
}

/** What `expected.safetensors` asks of a model: logits, residual stream, loss, gradients, and decoding token by token. */
export async function replayExpected(model: LanguageModel, golden: ModelGolden): Promise<Measured[]> {
  const ids: Ids = golden.inputIds;
  const labels: Ids = { data: shifted(ids.data, ids.shape[1]), shape: ids.shape };
  return [
    ...(await forward(model, ids, golden)),
    ...(await backward(model, ids, golden, labels)),
    await decode(model, ids, golden),
  ];
}

/** What a step makes of ids: replayed, unless the device is eager. */
function computed<R>({ device }: LanguageModel, step: (...ids: Tensor[]) => R, ...ids: Ids[]): R {
  const tensors = keep(ids.map(({ data, shape }) => tensor(data, shape, { device })));
  const made = replayed(device, step, ...tensors);
  release(tensors);
  return made;
}

export async function forward(model: LanguageModel, ids: Ids, golden: ModelGolden): Promise<Measured[]> {
  const { float } = model.device;
  const step = (tokens: Tensor) => untracked(() => ({ logits: model.forward(tokens), hidden: model.hidden(tokens) }));
  const made = computed(model, step, ids);
  const { logits, hidden } = made;
  const measured = [measure('logits', 'out', await logits.data(), golden.logits.data, float)];
  for (const [i, { data }] of golden.hidden.entries()) {
    if (!hidden[i])
      throw new FileError(`hidden.${i} is expected but the model has ${hidden.length} layers; write the golden again.`);
    measured.push(measure(`hidden.${i}`, 'out', await hidden[i].data(), data, float));
  }
  release(made);
  return measured;
}

async function backward(
  model: LanguageModel,
  ids: Ids,
  golden: Pick<ModelGolden, 'loss' | 'gradients'>,
  labels: Ids,
  where: { readonly ranges?: Int32Array } = {},
): Promise<Measured[]> {
  const { float } = model.device;
  const { names, tensors } = model.arena;
  const step = (tokens: Tensor, labels: Tensor) => {
    const loss = model.loss(tokens, labels, where);
    return { loss, gradients: grad(loss, tensors as Tensor[]) };
  };
  const made = computed(model, step, ids, labels);
  const measured = [measure('loss', 'loss', [await made.loss.item()], [golden.loss], float)];
  for (const [name, { data }] of golden.gradients) {
    const gradient = made.gradients[names.indexOf(name)];
    if (!gradient)
      throw new FileError(`grad.${name} is expected but the model has no such parameter; write the golden again.`);
    measured.push(measure(`grad.${name}`, 'grad', await gradient.data(), data, float));
  }
  release(made);
  return measured;
}

/** The same of sequences of different lengths in one batch, each of which counts as if it were alone. */
async function replayPacked(model: LanguageModel, path: string): Promise<Measured[]> {
  const where = join(path, 'packed.safetensors');
  const golden = readPackedGolden(readFile(where), where);
  const { inputIds, ranges } = golden;
  const labels = { data: labelsIn(inputIds.data, ranges), shape: inputIds.shape };
  const made = computed(model, (tokens) => untracked(() => model.forward(tokens, undefined, { ranges })), inputIds);
  const measured = [
    measure('logits', 'out', await made.data(), golden.logits.data, model.device.float),
    ...(await backward(model, inputIds, golden, labels, { ranges })),
  ];
  release(made);
  return measured.map((one) => ({ ...one, tensor: `packed.${one.tensor}` }));
}

/** Next-token labels inside the sequences. */
function labelsIn(ids: Int32Array, ranges: Int32Array): Int32Array {
  const labels = new Int32Array(ids.length).fill(IGNORE);
  for (let i = 0; i < ranges.length; i += 2) {
    labels.set(ids.subarray(ranges[i] + 1, ranges[i + 1]), ranges[i]);
  }
  return labels;
}

/** One token at a time, all logits against those of the whole sequence. */
async function decode(model: LanguageModel, { data, shape: [B, T] }: Ids, golden: ModelGolden): Promise<Measured> {
  using cache = model.cache(B);
  const N = golden.logits.data.length / (B * T);
  const ours = new Float64Array(B * T * N);
  for (let t = 0; t < T; t++) {
    const column = Int32Array.from({ length: B }, (_, b) => data[b * T + t]);
    const logits = keep(untracked(() => scope(() => model.next({ data: column, shape: [B, 1] }, cache)))); // [B,N]
    const row = await logits.data();
    logits.release();
    for (let b = 0; b < B; b++) ours.set(row.subarray(b * N, (b + 1) * N), (b * T + t) * N);
  }
  return measure('decode', 'out', ours, golden.logits.data, model.device.float);
}

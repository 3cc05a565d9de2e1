// Twelve steps of training as PyTorch took them: losses, learning rates, norms and final parameters.
import { readFileSync } from 'node:fs';
import { attention } from '@twilljs/attention';
import { type Batch, IGNORE } from '@twilljs/data';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { matchWeights, parseSafetensors, writeWeights } from '@twilljs/hub';
import { hybrid } from '@twilljs/hybrid';
import { params } from '@twilljs/nn';
import { readTrainGolden } from '@twilljs/parity';
import { cpu, type Device } from '@twilljs/tensor';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { Trainer } from './trainer.ts';

const bytesOf = (path: string) => readFileSync(new URL(`../../../golden/models/${path}`, import.meta.url));

/** Next-token labels; the last position of a row asks for nothing. */
function nextToken(ids: Int32Array, B: number, T: number): Batch {
  const labels = new Int32Array(B * T).fill(IGNORE);
  for (let row = 0; row < B; row++) labels.set(ids.subarray(row * T + 1, (row + 1) * T), row * T);
  return { inputs: ids, labels, B, T };
}

const rms = (x: ArrayLike<number>) => Math.sqrt(Array.from(x).reduce((a, b) => a + b * b, 0) / x.length);
const apart = (ours: ArrayLike<number>, golden: Float64Array) => rms(golden.map((x, i) => x - ours[i])) / rms(golden);
const worst = (errors: number[]) => Math.max(...errors);

/** The largest relative errors of a whole run. */
async function errorsOf(name: string, device: Device) {
  const golden = readTrainGolden(bytesOf(`${name}/train.safetensors`));
  const { steps, lr, warmup, min_ratio, beta1, beta2, eps, weight_decay, max_norm } = golden.attrs as Record<
    string,
    number
  >;
  const config = JSON.parse(bytesOf(`${name}/config.json`).toString());
  const model = hybrid(config, { mixers: [attention, gatedDeltanet] });
  const { tensors } = parseSafetensors(bytesOf(`${name}/model.safetensors`));
  writeWeights(params(model), matchWeights(params(model), tensors, name));
  await model.to(device);
  const optimiser = { beta1, beta2, eps, weightDecay: weight_decay, maxNorm: max_norm };
  using trainer = new Trainer(model, { steps, lr, warmup, minRatio: min_ratio, ...optimiser });
  const [, B, T] = golden.inputIds.shape;
  const source = {
    B,
    T,
    batch: (step: number) => nextToken(golden.inputIds.data.slice(step * B * T, (step + 1) * B * T), B, T),
  };
  const loss: number[] = [];
  const rate: number[] = [];
  const norm: number[] = [];
  for await (const record of trainer.run(source)) {
    const i = record.step - 1;
    loss.push(Math.abs(record.loss / golden.loss[i] - 1));
    rate.push(Math.abs(record.lr / golden.lr[i] - 1));
    norm.push(Math.abs(record.gradNorm / golden.gradNorm[i] - 1));
  }
  const parameters: number[] = [];
  for (const [path, { data }] of golden.params) parameters.push(apart(await params(model).get(path)!.data(), data));
  expect([...golden.params.keys()].sort()).toEqual([...params(model).keys()].sort());
  expect(loss).toHaveLength(12);
  return { loss: worst(loss), lr: worst(rate), norm: worst(norm), parameters: worst(parameters) };
}

describe.each(['transformer', 'gated_deltanet-hybrid'])('%s', (name) => {
  it('is the same to 1e-9 in f64', async () => {
    const errors = await errorsOf(name, cpu({ float: 'f64' }));
    for (const [what, error] of Object.entries(errors)) expect(error, what).toBeLessThan(1e-9);
  });

  it.each([
    ['cpu', async () => cpu()],
    ['wasm', device],
  ])('is the same to 1e-5 in f32 on %s', async (_, open) => {
    const errors = await errorsOf(name, await open());
    for (const [what, error] of Object.entries(errors)) expect(error, what).toBeLessThan(1e-5);
  });
});

// Each mixer and a hybrid on WebGPU beside wasm: the same losses at first, the same gradients from the same parameters all along, and
// as good a model in the end.
import { readFileSync } from 'node:fs';
import { matchWeights, readWeights, writeWeights } from '@twilljs/hub';
import { params } from '@twilljs/nn';
import { type Device, grad, keep, release, scope, tensor } from '@twilljs/tensor';
import { deviation } from '@twilljs/tensor/testing';
import { device, hybrid, initializer, type LanguageModel, mixers, rng, Trainer, windows } from 'twilljs';
import { expect, it } from 'vitest';

const STEPS = 200;
const [B, T] = [4, 40];
const sizes = { hidden_size: 24, num_hidden_layers: 2, intermediate_size: 48, vocab_size: 128, num_heads: 2 };
const gdn = { model_type: 'gated_deltanet', head_dim: 12, expand_v: 1 };
const models: Record<string, object> = {
  transformer: { model_type: 'transformer' },
  hgrn: { model_type: 'hgrn' },
  hgrn2: { model_type: 'hgrn2', expand_ratio: 12 },
  retnet: { model_type: 'retnet' },
  gla: { model_type: 'gla' },
  delta_net: { model_type: 'delta_net' },
  gated_deltanet: gdn,
  hybrid: { ...gdn, ratio: '1:1', attn: { num_heads: 2 } },
};
/** The language: a README, in ASCII. */
const text = readFileSync(new URL('../../README.md', import.meta.url)).map((byte) => byte & 127);
const source = () => windows({ tokens: text, length: T, batch: B, source: rng(1) });
const made = (name: string, on: Device) =>
  hybrid({ ...sizes, ...models[name] }, { mixers, init: initializer(1, 0.05) }).to(on);

/** Gradients of all parameters, on one batch. */
async function gradientsOf(model: LanguageModel, step: number): Promise<Map<string, ArrayLike<number>>> {
  const { inputs, labels } = source().batch(step);
  const ids = [inputs, labels].map((data) => tensor(data, [B, T], { device: model.device, dtype: 'i32' }));
  const named = [...params(model)];
  const gradients = keep(
    scope(() =>
      grad(
        model.loss(ids[0], ids[1]),
        named.map(([, t]) => t),
      ),
    ),
  );
  const numbers = await Promise.all(gradients.map((t) => t.data()));
  release([gradients, ids]);
  return new Map(named.map(([name], i) => [name, numbers[i]]));
}

const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;

it.each(Object.keys(models))('%s', async (name) => {
  const [gpu, cpu] = [await device({ name: 'webgpu' }), await device({ name: 'wasm' })];
  const [ours, theirs, probe] = [await made(name, gpu), await made(name, cpu), await made(name, gpu)];
  const plan = { steps: STEPS, lr: 3e-3 };
  const runs = [ours, theirs].map((model) =>
    new Trainer(model, plan).run(source(), { exactAt: (step) => step % 20 === 0 }),
  );
  const losses: [number[], number[]] = [[], []];
  let worst = 0;
  for (let step = 1; step <= STEPS; step++) {
    for (const i of [0, 1]) losses[i].push((await runs[i].next()).value!.loss);
    if (step % 20 !== 0) continue;
    const weights = await readWeights(params(theirs));
    writeWeights(params(probe), matchWeights(params(probe), weights, name));
    const [mine, exact] = [await gradientsOf(probe, step), await gradientsOf(theirs, step)];
    for (const [parameter, g] of mine) worst = Math.max(worst, deviation(g, exact.get(parameter)!).error);
  }
  const first = Math.max(...losses[0].slice(0, 10).map((loss, i) => Math.abs(loss - losses[1][i]) / losses[1][i]));
  const [a, b] = losses.map((list) => mean(list.slice(-20)));
  console.log(
    `${name}: losses of steps 1 to 10 off by ${first.toExponential(1)}, gradients by ${worst.toExponential(1)}, last losses ${a.toFixed(4)} and ${b.toFixed(4)}, ${gpu.pipelines.count} pipelines in ${gpu.pipelines.ms.toFixed(0)} ms`,
  );
  expect([...gpu.fallbacks]).toEqual([]);
  expect(first).toBeLessThanOrEqual(1e-5);
  expect(worst).toBeLessThanOrEqual(1e-4);
  expect(Math.abs(a - b) / b).toBeLessThanOrEqual(0.02);
  expect(gpu.pipelines.count).toBeLessThanOrEqual(60);
  gpu[Symbol.dispose]();
});

// The slow twins of probes: what the papers' equations give for the gates of a layer, number by number, from its parameters alone.
import type { Batch } from '@twilljs/data';
import type { LanguageModel } from '@twilljs/hybrid';
import { params } from '@twilljs/nn';

/** All parameters of a model as plain numbers, by path. */
export type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>;

export async function weightsOf(model: LanguageModel): Promise<Weights> {
  const read = [...params(model)].map(async ([path, t]) => [path, { shape: t.shape, data: await t.data() }] as const);
  return new Map(await Promise.all(read));
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);

/** y = W x + b of a layer without a bias, too. */
export function affine(weights: Weights, path: string, x: readonly number[]): number[] {
  const { shape, data } = weights.get(`${path}.weight`)!;
  const bias = weights.get(`${path}.bias`)?.data;
  const [rows, columns] = shape;
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => data[i * columns + j] * x[j]).reduce((a, b) => a + b, bias?.[i] ?? 0),
  );
}

/** RMS norm under a path. */
export function normed(weights: Weights, path: string, x: readonly number[], eps = 1e-6): number[] {
  const { data } = weights.get(`${path}.weight`)!;
  const scale = 1 / Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length + eps);
  return x.map((v, i) => v * scale * data[i]);
}

/** Lower bounds of layer l: the softmax over the layers, summed up to it, without the first. */
function bounds(weights: Weights, layer: number): number[] {
  const { shape, data } = weights.get('model.lower_bounds')!;
  const [L, D] = shape;
  return Array.from({ length: D }, (_, d) => {
    const e = Array.from({ length: L }, (_, l) => Math.exp(data[l * D + d]));
    const sum = e.reduce((a, b) => a + b, 0);
    return e.slice(1, layer + 1).reduce((a, b) => a + b / sum, 0);
  });
}

/** Decays of a token, by the name of a mixer: from its input, the weights under `path` and what is its own. */
type Gates = (weights: Weights, path: string, x: readonly number[], layer: number) => number[];

const boundedGate: Gates = (weights, path, x, layer) => {
  const gamma = bounds(weights, layer);
  return affine(weights, `${path}.f_proj`, x).map((f, i) => gamma[i] + (1 - gamma[i]) * sigmoid(f));
};

export const gates: Readonly<Record<string, Gates>> = {
  hgrn: boundedGate,
  hgrn2: boundedGate,
  gla: (weights, path, x) =>
    affine(weights, `${path}.gk_proj.1`, affine(weights, `${path}.gk_proj.0`, x)).map((a) => sigmoid(a) ** (1 / 16)),
  retnet: () => [1 - 2 ** -5, 1 - 2 ** -6],
  deltanet: () => [1],
  'gated-deltanet': (weights, path, x) => {
    const [A, dt] = ['A_log', 'dt_bias'].map((name) => weights.get(`${path}.${name}`)!.data);
    return affine(weights, `${path}.a_proj`, x).map((a, h) => Math.exp(-Math.exp(A[h]) * softplus(a + dt[h])));
  },
};

/** What enters each layer: the residual stream of every token, [layer][row and position][channel]. */
export async function enteringOf(
  model: LanguageModel,
  weights: Weights,
  { inputs, B, T }: Batch,
): Promise<number[][][]> {
  const width = model.config.model.hidden_size;
  const streams = model.hidden({ data: inputs, shape: [B, T] });
  const after = await Promise.all(streams.map((h) => h.data()));
  const table = weights.get('model.embeddings.weight')!.data;
  const first = Array.from(inputs, (id) => Array.from({ length: width }, (_, i) => table[id * width + i]));
  const later = after.map((data) =>
    Array.from({ length: B * T }, (_, t) => [...data.subarray(t * width, (t + 1) * width)]),
  );
  return [first, ...later];
}

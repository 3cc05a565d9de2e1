// The slow twins of probes: what the papers' equations give for the gates of a layer, number by number, from its parameters alone.
import type { Batch } from '@twilljs/data';
import type { LanguageModel } from '@twilljs/hybrid';
import { params } from '@twilljs/nn';
import { decodeBF16 } from '@twilljs/tensor';

/** All parameters of a model as plain numbers, by path. */
export type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>;

export async function weightsOf(model: LanguageModel): Promise<Weights> {
  const read = [...params(model)].map(async ([path, t]) => {
    const data = await t.data();
    return [path, { shape: t.shape, data: t.dtype === 'bf16' ? decodeBF16(data as Uint16Array) : data }] as const;
  });
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

/** The gated MLP of FLA's block. */
export function mlp(weights: Weights, path: string, s: readonly number[]): number[] {
  const x = normed(weights, `${path}.mlp_norm`, s);
  const up = affine(weights, `${path}.mlp.up_proj`, x);
  const gated = affine(weights, `${path}.mlp.gate_proj`, x).map((g, i) => g * sigmoid(g) * up[i]);
  return affine(weights, `${path}.mlp.down_proj`, gated);
}

/** A head turned by its position: pairs (x_i, x_(i + D/2)) by t 10000^(-2i/D). */
function turned(x: readonly number[], t: number): number[] {
  const half = x.length / 2;
  return x.map((_, j) => {
    const [i, sign] = j < half ? [j, -1] : [j - half, 1];
    const angle = t * 10000 ** ((-2 * i) / x.length);
    return x[j] * Math.cos(angle) + sign * x[j < half ? j + half : i] * Math.sin(angle);
  });
}

/** Softmax attention of one row: weights [t][head][s] of queries on the tokens up to them, and what the layer gives [t][channel]. */
export function attentionOf(
  weights: Weights,
  path: string,
  inputs: readonly (readonly number[])[],
  { window_size = inputs.length, num_kv_heads = 2 }: { window_size?: number; num_kv_heads?: number } = {},
): { weights: number[][][]; y: number[][] } {
  const size = 4;
  const headsOf = (name: string, t: number) => {
    const all = affine(weights, `${path}.${name}`, inputs[t]);
    return Array.from({ length: all.length / size }, (_, h) => all.slice(h * size, (h + 1) * size));
  };
  const each = inputs.map((_, t) => ({
    q: headsOf('q_proj', t).map((x) => turned(x, t)),
    k: headsOf('k_proj', t).map((x) => turned(x, t)),
    v: headsOf('v_proj', t),
  }));
  const own = (h: number) => Math.floor((h * num_kv_heads) / 2);
  const found = each.map(({ q }, t) =>
    q.map((query, h) => {
      const scores = each.slice(0, t + 1).map(({ k }, s) => {
        const product = query.reduce((sum, x, i) => sum + x * k[own(h)][i], 0) / Math.sqrt(size);
        return t - s < window_size ? Math.exp(product) : 0;
      });
      const sum = scores.reduce((a, b) => a + b, 0);
      return scores.map((score) => score / sum);
    }),
  );
  const y = found.map((heads) => {
    const o = heads.flatMap((of, h) =>
      Array.from({ length: size }, (_, i) => of.reduce((sum, w, s) => sum + w * each[s].v[own(h)][i], 0)),
    );
    return affine(weights, `${path}.o_proj`, o);
  });
  return { weights: found, y };
}

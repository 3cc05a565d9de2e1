// Inputs at which recurrences are hard, for tests and benchmarks: correlated keys, strong and weak gates, reflections.
import type { Numbers } from '@twilljs/tensor/testing';
import { noise } from '@twilljs/tensor/testing';
import type { Sizes } from './shapes.ts';

export interface DeltaCase extends Omit<Sizes, 'HV'> {
  /** Default: H. */
  readonly HV?: number;
  readonly keys?: 'random' | 'correlated' | 'identical';
  /** Log decays: near -0.1; -20 at every seventh token and -1e-7 else; -1e-7; absent. */
  readonly gates?: 'mild' | 'strong' | 'weak' | 'none';
  /** Largest beta. From 1 to 2 the rule reflects. Default 1. */
  readonly reach?: number;
  /** Without an initial state. */
  readonly fresh?: boolean;
}

/** q and k with rows of length 1, v, g, beta and h0 of one case. */
export function deltaInputs(at: DeltaCase, seed = 1): Record<string, Numbers> {
  const { B, T, H, HV = H, K, V, keys = 'random', gates = 'mild', reach = 1, fresh = false } = at;
  const common = noise(K, seed + 7);
  const spread = { random: 1, correlated: 0.15, identical: 0 }[keys];
  const raw = noise(B * T * H * K, seed + 1).map((x, i) => spread * x + (1 - spread) * common[i % K]);
  const tokens = B * T * HV;
  const uniform = noise(tokens, seed + 3).map((x) => (x + 1) / 2);
  const gate = { mild: (i: number) => -0.2 * uniform[i], strong: burst, weak: () => -1e-7, none: null }[gates];
  return {
    q: { shape: [B, T, H, K], data: unitRows(noise(B * T * H * K, seed), K) },
    k: { shape: [B, T, H, K], data: unitRows(raw, K) },
    v: { shape: [B, T, HV, V], data: noise(tokens * V, seed + 2) },
    ...(gate && { g: { shape: [B, T, HV], data: uniform.map((_, i) => gate(i)) } }),
    beta: { shape: [B, T, HV], data: noise(tokens, seed + 4).map((x) => (reach * (x + 1)) / 2) },
    ...(!fresh && { h0: { shape: [B, HV, K, V], data: noise(B * HV * K * V, seed + 5).map((x) => x / 4) } }),
  };
}

const burst = (i: number) => (i % 7 === 3 ? -20 : -1e-7);

function unitRows(rows: Float64Array, K: number): Float64Array {
  const out = rows.slice();
  for (let i = 0; i < out.length; i += K) {
    const row = out.subarray(i, i + K);
    const length = Math.hypot(...row);
    for (let j = 0; j < K; j++) row[j] /= length;
  }
  return out;
}

export interface DecayCase extends Omit<Sizes, 'HV'> {
  /** Log decays: near -0.1; -20 at every seventh token and -1e-7 else; -8 to -2; -1e-7; 0; RetNet's, one per head. */
  readonly gates?: 'mild' | 'strong' | 'strong-all' | 'weak' | 'zero' | 'fixed';
  /** Without an initial state. */
  readonly fresh?: boolean;
}

/** q, k, v, g and h0 of one case. */
export function decayInputs(at: DecayCase, seed = 1): Record<string, Numbers> {
  const { B, T, H, K, V, gates = 'mild', fresh = false } = at;
  const tokens = B * T * H;
  const g =
    gates === 'fixed'
      ? { shape: [H], data: Float64Array.from({ length: H }, (_, h) => Math.log1p(-(2 ** (-5 - h)))) }
      : { shape: [B, T, H], data: noise(tokens, seed + 3).map(logDecay(gates)) };
  return {
    q: { shape: [B, T, H, K], data: noise(tokens * K, seed) },
    k: { shape: [B, T, H, K], data: noise(tokens * K, seed + 1) },
    v: { shape: [B, T, H, V], data: noise(tokens * V, seed + 2) },
    g,
    ...(!fresh && { h0: { shape: [B, H, K, V], data: noise(B * H * K * V, seed + 5).map((x) => x / 4) } }),
  };
}

export interface ElementwiseCase {
  readonly B: number;
  readonly T: number;
  readonly D: number;
  readonly gates?: Exclude<DecayCase['gates'], 'fixed'>;
  readonly fresh?: boolean;
}

/** x, g and h0 of one case of the elementwise recurrence. */
export function elementwiseInputs(at: ElementwiseCase, seed = 1): Record<string, Numbers> {
  const { B, T, D, gates = 'mild', fresh = false } = at;
  return {
    x: { shape: [B, T, D], data: noise(B * T * D, seed) },
    g: { shape: [B, T, D], data: noise(B * T * D, seed + 1).map(logDecay(gates)) },
    ...(!fresh && { h0: { shape: [B, D], data: noise(B * D, seed + 2) } }),
  };
}

/** Log decays from noise in [-1,1]. */
function logDecay(gates: Exclude<DecayCase['gates'], 'fixed'>): (x: number, i: number) => number {
  return {
    mild: (x: number) => -0.1 * (x + 1),
    strong: (_: number, i: number) => burst(i),
    'strong-all': (x: number) => -5 + 3 * x,
    weak: () => -1e-7,
    zero: () => 0,
  }[gates ?? 'mild'];
}

// Inputs at which recurrences with a decay per key channel are hard, for tests and benchmarks.
import type { Numbers } from '@twilljs/tensor/testing';
import { noise } from '@twilljs/tensor/testing';
import { type DeltaCase, deltaInputs } from './cases.test-data.ts';

export interface VectorCase extends Omit<DeltaCase, 'gates'> {
  /**
   * Log decays: near -0.1; -20 at every seventh place of tokens and channels and -1e-7 else; -1e-7; in [-8,-2] everywhere, so that
   * a chunk sums beyond the range of exp; -20 in even channels and 0 in odd ones; 0.
   */
  readonly gates?: 'mild' | 'strong' | 'weak' | 'strong-all' | 'channels' | 'zero';
}

/** q, k, v, g, beta and h0 of one case of vectorDelta. */
export function vectorDeltaInputs(at: VectorCase, seed = 1): Record<string, Numbers> {
  const { B, T, H, HV = H, K, gates = 'mild' } = at;
  const { q, k, v, beta, ...rest } = deltaInputs({ ...at, gates: 'none' }, seed);
  const uniform = noise(B * T * HV * K, seed + 3).map((x) => (x + 1) / 2);
  const gate = {
    mild: (i: number) => -0.2 * uniform[i],
    strong: (i: number) => ((Math.floor(i / K) + (i % K)) % 7 === 3 ? -20 : -1e-7),
    weak: () => -1e-7,
    'strong-all': (i: number) => -2 - 6 * uniform[i],
    channels: (i: number) => ((i % K) % 2 === 0 ? -20 : 0),
    zero: () => 0,
  }[gates];
  return { q, k, v, g: { shape: [B, T, HV, K], data: uniform.map((_, i) => gate(i)) }, beta, ...rest };
}

/** q, k, v, g and h0 of one case of vectorDecay. */
export function vectorDecayInputs(at: Omit<VectorCase, 'HV' | 'reach'>, seed = 1): Record<string, Numbers> {
  const { beta: _, ...inputs } = vectorDeltaInputs(at, seed);
  return inputs;
}

// How much of its state a layer keeps from token to token.
import { OptionError, type Tensor, zeros } from '@twilljs/tensor';
import type { LayerPass } from '../inside/passes.ts';
import { layerMeasure, meanOfParts } from './by-layer.ts';

/**
 * Mean factor by which the state of a layer decays from one token to the next, over tokens, heads and channels: 1 keeps all, 0 forgets
 * all. It is alpha of GLA and Gated DeltaNet, f of HGRN and HGRN2, the constants of RetNet. DeltaNet has 1: it is the delta rule with
 * alpha = 1 (Gated DeltaNet, section 3.1), whose state loses only what it writes over. Null where a layer decays nothing by a factor:
 * softmax attention.
 *
 * @see Qin et al. 2024 (HGRN2), https://arxiv.org/abs/2404.07904; Yang et al. 2024, https://arxiv.org/abs/2412.06464
 */
export const meanForgetGate = layerMeasure({
  name: 'forgetGate',
  title: 'forget gate',
  about:
    'Mean factor by which the state of a layer decays from token to token: 1 keeps all. A layer of softmax attention has none.',
  range: [0, 1],
  look: (pass) => logDecays(pass)?.map((g) => g.exp().mean(0)) ?? null,
  value: (parts) => decay('forget gate', meanOfParts(parts), 1),
});

/** Log decays of all recurrences of a layer, each [tokens,channels]: one row where they are the same at every token. */
export function logDecays({ ops, mixed }: LayerPass): Tensor[] | null {
  const gated = ops.filter(({ inputs }) => inputs.g !== undefined);
  if (gated.length === 0) return null;
  return gated.map(({ inputs: { g } }) => {
    if (!g) return zeros([1, 1], { device: mixed.device });
    const [B, T, ...channels] = g.shape.length < 3 ? [1, 1, ...g.shape] : g.shape;
    return g.reshape([B * T, channels.reduce((n, x) => n * x, 1)]);
  });
}

/** A mean of decays, or of their logs. @throws OptionError for more than what keeps all, but for rounding: it is no decay. */
export function decay(what: string, x: number, most: number): number {
  if (!(x > most + 1e-6)) return Math.min(x, most);
  throw new OptionError(
    `${what}: an op has an input g whose mean decay is ${x}, above ${most}; g is the natural log of a decay, so give it another name.`,
  );
}

// Low-rank parts beside linear layers: y + scale B A x.
import type { Initializer, LowRank } from '@twilljs/nn';
import { assign, OptionError, scope, untracked } from '@twilljs/tensor';
import type { Part } from './part.ts';
import type { Target } from './targets.ts';

/**
 * The part of one layer, with the initial values of PEFT: A uniform within 1 / sqrt(I) (Kaiming with a = sqrt 5), B zero.
 *
 * @throws OptionError for a layer that has one.
 */
export function lowRankPart({ path, layer, r, scale }: Target, init: Initializer, where: string): Part {
  if (layer.lora_A) {
    throw new OptionError(`${where}: ${path} has an adapter already; merge or remove that one first.`);
  }
  const [O, I] = layer.weight.shape;
  const own = init.fork(path);
  const bound = 1 / Math.sqrt(I);
  const A = own.fork('lora_A').make([r, I], (random, n) => random.uniform(n).map((u) => (2 * u - 1) * bound));
  const B = own.fork('lora_B').make([O, r], (_, n) => new Float64Array(n));
  const low: LowRank = { lora_A: { weight: A }, lora_B: { weight: B }, scale };
  const { dtype } = layer.weight;
  return {
    tensors: new Map([
      [`${path}.lora_A.weight`, A],
      [`${path}.lora_B.weight`, B],
    ]),
    attach: () => layer.adapt(low),
    detach: () => layer.adapt(null),
    unmergeable:
      dtype === 'bf16'
        ? `${path}.weight is kept in bf16, where the sum would be rounded to 8 bits; load the model with dtype f32 to merge`
        : null,
    merge: () =>
      untracked(() =>
        scope(() => {
          assign(layer.weight, layer.weight.add(B.matmul(A).mul(scale)));
        }),
      ),
  };
}

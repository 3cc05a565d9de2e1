// The affine map as a layer, with what an adapter adds to it; and the projections of one input.
import { flag, knownOnly, OptionError, ShapeError, type Tensor, whole } from '@twilljs/tensor';
import { constant, type Initializer, normal, requireInitializer } from '../initializer.ts';
import { linear } from './linear.ts';
import { linears } from './op.ts';

/** A matrix under the name that PEFT gives it. */
interface Matrix {
  readonly weight: Tensor;
}

/** What an adapter adds to a linear layer: scale B A x, of low rank r. */
export interface LowRank {
  /** A [r,I]. */
  readonly lora_A: Matrix;
  /** B [O,r]. */
  readonly lora_B: Matrix;
  readonly scale: number;
}

/** y = x W' (+ b), weight [O,I] as in PyTorch; of an adapted layer y + scale B A x. */
export class Linear {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  /** Of an adapter; both are there or neither, which `adapt` sees to. */
  lora_A: Matrix | null = null;
  lora_B: Matrix | null = null;
  private scale = 1;

  /** @throws OptionError for sizes that are no whole numbers from 1, or an unknown option. */
  constructor(inputs: number, outputs: number, init: Initializer, options: { bias?: boolean } = {}) {
    whole('Linear: the number of inputs', inputs, 1);
    whole('Linear: the number of outputs', outputs, 1);
    requireInitializer('Linear', init);
    knownOnly('Linear', options, ['bias']);
    const { bias = false } = options;
    flag('Linear: bias', bias);
    this.weight = normal(init.fork('weight'), [outputs, inputs]);
    this.bias = bias ? constant(init.fork('bias'), [outputs], 0) : null;
  }

  /** @param x [..,I] @returns [..,O] */
  forward(x: Tensor): Tensor {
    const y = linear(x, this.weight, this.bias);
    return this.lora_A ? this.adapted(y, linear(x, this.lora_A.weight)) : y;
  }

  /**
   * Lets an adapter add its part from now on; null: no more. Steps that were recorded before do not know: `model.to` begins anew.
   *
   * @throws ShapeError for matrices that do not fit; OptionError in a subclass with a `forward` of its own, which may pass the part by.
   */
  adapt(part: LowRank | null): void {
    if (part) {
      if (this.forward !== Linear.prototype.forward)
        throw new OptionError(
          `Linear: ${this.constructor.name} has a forward of its own, which may pass an adapter by; adapt another layer.`,
        );
      const [O, I] = this.weight.shape;
      const [[r, i], [o, q]] = [part.lora_A.weight.shape, part.lora_B.weight.shape];
      if (i !== I || o !== O || r !== q)
        throw new ShapeError(`Linear: lora_A [${r},${i}] and lora_B [${o},${q}] do not fit weight [${O},${I}].`);
    }
    this.lora_A = part?.lora_A ?? null;
    this.lora_B = part?.lora_B ?? null;
    this.scale = part?.scale ?? 1;
  }

  /** y [..,O] with the adapter's part. @param low A x, [..,r] */
  adapted(y: Tensor, low: Tensor): Tensor {
    return y.add(linear(low.mul(this.scale), this.lora_B!.weight));
  }
}

/** Whether a layer is no more than its matrices. */
export const isPlain = ({ forward, bias }: Linear): boolean => forward === Linear.prototype.forward && bias === null;

/** What plain layers multiply their input with: their weights, and behind these A of each adapted one. */
export const weightsOf = (layers: readonly Linear[]): Tensor[] => [
  ...layers.map(({ weight }) => weight),
  ...layers.flatMap(({ lora_A }) => (lora_A ? [lora_A.weight] : [])),
];

/** What plain layers give, from the products with `weightsOf`. */
export function outputsOf(layers: readonly Linear[], products: readonly Tensor[]): Tensor[] {
  let next = layers.length;
  return layers.map((layer, i) => (layer.lora_A ? layer.adapted(products[i], products[next++]) : products[i]));
}

/** A tensor for each layer, null for none. */
type Projected<L extends readonly (Linear | null)[]> = {
  [K in keyof L]: Tensor | (null extends L[K] ? null : never);
};

/**
 * What several layers make of one input, as one op where all are no more than a weight; else layer by layer, with the same bits but for
 * the gradient of the input (decision 30).
 *
 * @param x [..,I]
 * @param layers null where a model has none.
 * @returns [..,O] each.
 */
export function projections<const L extends readonly (Linear | null)[]>(x: Tensor, layers: L): Projected<L> {
  const present = layers.filter((layer) => layer !== null);
  const ys = present.every(isPlain)
    ? outputsOf(present, linears(x, weightsOf(present)))
    : present.map((layer) => layer.forward(x));
  return layers.map((layer) => layer && ys[present.indexOf(layer)]) as Projected<L>;
}

// The affine map of a layer.
import { requireTensor, type Shape, ShapeError, sameShape, size, type Tensor } from '@twilljs/tensor';

/**
 * y = x W' + b.
 *
 * @param x [..,I].
 * @param weight [O,I], as PyTorch stores it; may be stored in bf16.
 * @param bias [O], or null.
 * @returns [..,O].
 * @throws ShapeError when the sizes do not fit.
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  requireTensor('linear', 'x', x);
  requireTensor('linear', 'weight', weight);
  if (bias !== null) requireTensor('linear', 'bias', bias);
  const shape = linearShape('linear', x.shape, weight.shape);
  if (bias && !sameShape(bias.shape, [weight.shape[0]])) {
    throw new ShapeError(
      `linear: bias [${bias.shape}] does not fit weight [${weight.shape}]; give [${weight.shape[0]}].`,
    );
  }
  const rows = x.reshape([size(x.shape.slice(0, -1)), weight.shape[1]]).matmul(weight, { transposeB: true });
  return (bias ? rows.add(bias) : rows).reshape(shape);
}

/** The shape of x W'. @throws ShapeError when the sizes do not fit. */
export function linearShape(op: string, x: Shape, weight: Shape): Shape {
  if (weight.length !== 2 || x.at(-1) !== weight[1])
    throw new ShapeError(`${op}: x [${x}] and weight [${weight}] do not fit; the weight must be [O,${x.at(-1)}].`);
  return [...x.slice(0, -1), weight[0]];
}

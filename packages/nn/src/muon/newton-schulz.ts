// The orthogonal matrix nearest to another, roughly: a few steps of Newton and Schulz, in products alone.
import {
  full,
  knownOnly,
  OptionError,
  requireTensor,
  ShapeError,
  scope,
  shown,
  type Tensor,
  whole,
} from '@twilljs/tensor';
import { clipFactor } from '../clip-grad-norm/op.ts';
import { requireEps } from '../shape-rules.ts';

/** Steps and coefficients of the iteration of Newton and Schulz. */
export interface NewtonSchulzOptions {
  /** Up to 99. Default 5. */
  readonly steps?: number;
  /** Of each step, x -> a x + b (x x') x + c (x x')^2 x. Default 3.4445, -4.775, 2.0315. */
  readonly coefficients?: readonly number[];
  /** Least norm by which the matrix is divided first. Default 1e-7. */
  readonly eps?: number;
}

/**
 * U V' of a matrix U S V', up to singular values between about 0.7 and 1.2 where they were not far below the largest.
 *
 * @param x [A,B]
 * @returns [A,B]
 * @throws ShapeError for what is no matrix; OptionError for steps, coefficients or an eps that cannot be.
 * @see PyTorch 2.9, torch.optim.Muon, whose products are in bfloat16; here they are in the float type of the device.
 */
export function newtonSchulz(x: Tensor, options: NewtonSchulzOptions = {}): Tensor {
  knownOnly('newtonSchulz', options, ['steps', 'coefficients', 'eps']);
  const { steps = 5, coefficients = [3.4445, -4.775, 2.0315], eps = 1e-7 } = options;
  requireTensor('newtonSchulz', 'x', x);
  requireMatrix('newtonSchulz', x.shape);
  whole('newtonSchulz: steps', steps, 1, 99);
  requireEps('newtonSchulz', eps);
  const [a, b, c] = requireCoefficients('newtonSchulz', coefficients);
  const [rows, columns] = x.shape;
  const isTall = rows > columns;
  return scope(() => {
    const { norm } = clipFactor(x.reshape([x.size]), 1); // its squares neither overflow nor vanish
    let y = x.div(norm.maximum(full([], eps, { device: x.device })));
    for (let step = 0; step < steps; step++) {
      const before = y;
      y = scope(() => {
        const gram = before.matmul(before, { transposeA: isTall, transposeB: !isTall }); // of the shorter side, symmetric
        const by = gram.mul(b).add(gram.matmul(gram).mul(c));
        return before.mul(a).add(isTall ? before.matmul(by) : by.matmul(before));
      });
      before.release();
    }
    return y;
  });
}

/** @throws ShapeError for what has not two axes of at least one. */
export function requireMatrix(where: string, shape: readonly number[]): void {
  if (shape.length === 2 && shape[0] > 0 && shape[1] > 0) return;
  throw new ShapeError(`${where}: [${shape}] is no matrix; give one [A,B], and move everything else by adamw.`);
}

/** @throws OptionError for what is not three finite numbers. */
function requireCoefficients(where: string, coefficients: unknown): readonly [number, number, number] {
  if (Array.isArray(coefficients) && coefficients.length === 3 && coefficients.every(Number.isFinite)) {
    return coefficients as [number, number, number];
  }
  throw new OptionError(`${where}: the coefficients are ${shown(coefficients)}; give three finite numbers.`);
}

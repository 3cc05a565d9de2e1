// The distribution function of the standard normal, of which exact GELU is made.
import { apply1, full, type Op, type Tensor } from '@twilljs/tensor';
import { requireSame } from '../shape-rules.ts';

/**
 * Chebyshev coefficients over u = 2 t - 1 of P(t) in erfc(z) = t e^(P(t) - z^2), t = 1 / (1 + z/2), z >= 0; the first halved.
 * Computed with 40 digits; those left out sum to less than 1e-17.
 */
const series = [
  -0.6513268598908547, 0.6419697923564902, 0.019476473204185836, -0.009561514786808632, -0.0009465953444820369,
  0.00036683949785276145, 4.252332480690777e-5, -2.0278578112534242e-5, -1.6242900046470256e-6, 1.3036558355805232e-6,
  1.5626441722066142e-8, -8.523809591492654e-8, 6.5290544390988515e-9, 5.059343495551469e-9, -9.91364156493033e-10,
  -2.273651222931836e-10, 9.646791102015527e-11, 2.3940380830391146e-12, -6.886027526497553e-12, 8.944879273090725e-13,
  3.130921399342958e-13, -1.1270822361367252e-13, 3.810905255189232e-16, 7.106097613609237e-15, -1.5230282014571043e-15,
  -9.457494571291235e-17, 1.210237189224279e-16, -2.816663087747178e-17,
];

/** A factor that takes every number that matters beyond 1. */
const STEEP = 1e15;

/** Sum of c_n T_n(u), by Clenshaw's recurrence. */
function chebyshev(u: Tensor): Tensor {
  const twice = u.mul(2);
  let last = u.mul(0);
  let before = last;
  for (let n = series.length - 1; n > 0; n--) {
    const next = twice.mul(last).sub(before).add(series[n]);
    before = last;
    last = next;
  }
  return u.mul(last).sub(before).add(series[0]);
}

/** -1, 0 or 1, with a ramp of no width. */
const sign = (x: Tensor): Tensor => {
  const low = full([1], -1, { device: x.device });
  return x.mul(STEEP).maximum(low).neg().maximum(low).neg();
};

export const normalCdfOp: Op<null> = {
  name: 'normalCdf',
  inputs: ['x'],
  outputs: ['y'],
  shape: ([x]) => [x!],
  define([x]) {
    const z = x.relu().add(x.neg().relu()).mul(Math.SQRT1_2); // |x| / sqrt 2
    const t = z.mul(0.5).add(1).reciprocal();
    const outside = t.mul(chebyshev(t.mul(2).sub(1)).sub(z.mul(z)).exp()); // erfc(z)
    return [sign(x).mul(outside.neg().add(1)).add(1).mul(0.5)];
  },
  vjp: ([dy], [x]) => [apply1(normalCdfGradOp, [dy, x], null)],
};

/** dx = dy times the density of the standard normal: not through the series, of which the derivative has fewer digits. */
const normalCdfGradOp: Op<null> = {
  name: 'normalCdfGrad',
  inputs: ['dy', 'x'],
  outputs: ['dx'],
  shape([dy, x]) {
    requireSame('normalCdfGrad', 'dy', dy!, 'x', x!);
    return [x!];
  },
  define: ([dy, x]) => [
    x
      .mul(x)
      .mul(-0.5)
      .exp()
      .mul(1 / Math.sqrt(2 * Math.PI))
      .mul(dy),
  ],
};

/** y = (1 + erf(x / sqrt 2)) / 2, the probability that a standard normal lies below x; of any shape. */
export const normalCdf = (x: Tensor): Tensor => apply1(normalCdfOp, [x], null);

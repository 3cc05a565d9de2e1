// Gates of a gated delta rule over rows of H heads: g = -e^A_log softplus(a + dt_bias) and beta = scale sigmoid(b).
import { exp, sigmoid, softplus } from '../../wasm/assembly/lib/exp';
import { loadPart, storePart } from '../../wasm/assembly/lib/simd';
import { ROWS } from '../../wasm/assembly/lib/units';
import { begin } from './lib/columns';

export { sumsBytes, total, totalUnits } from './lib/columns';
export { rowUnits } from '../../wasm/assembly/lib/units';

export function forward(
  from: i32, to: i32, rows: i32, H: i32, scale: f64, a: usize, A_log: usize, dt_bias: usize, b: usize, g: usize, beta: usize,
  scratch: usize,
): void {
  const s = f32x4.splat(<f32>scale), end = min(rows, to * ROWS);
  for (let head = 0; head < H; head += 4) {
    const n = H - head, skip = <usize>head << 2;
    const rate = f32x4.neg(exp(loadPart(A_log + skip, n))), bias = loadPart(dt_bias + skip, n);
    for (let row = from * ROWS; row < end; row++) {
      const at = (<usize>(row * H) << 2) + skip;
      storePart(g + at, f32x4.mul(softplus(f32x4.add(loadPart(a + at, n), bias)), rate), n);
      storePart(beta + at, f32x4.mul(sigmoid(loadPart(b + at, n)), s), n);
    }
  }
}

/** da = -e^A_log sigmoid(a + dt_bias) dg and db; sums over rows of da and of dg g, which are the gradients of dt_bias and A_log. */
export function backward(
  from: i32, to: i32, rows: i32, H: i32, scale: f64, dg: usize, dbeta: usize, a: usize, A_log: usize, dt_bias: usize, b: usize,
  da: usize, db: usize, ratesOf: usize, biasesOf: usize, scratch: usize,
): void {
  const s = f32x4.splat(<f32>scale), one = f32x4.splat(1);
  for (let unit = from; unit < to; unit++) {
    const first = unit * ROWS, end = min(rows, first + ROWS);
    const rates = begin(first, H, ratesOf), biases = begin(first, H, biasesOf);
    for (let head = 0; head < H; head += 4) {
      const n = H - head, skip = <usize>head << 2;
      const rate = f32x4.neg(exp(loadPart(A_log + skip, n))), bias = loadPart(dt_bias + skip, n);
      let ofRate = f32x4.splat(0), ofBias = ofRate;
      for (let row = first; row < end; row++) {
        const at = (<usize>(row * H) << 2) + skip, z = f32x4.add(loadPart(a + at, n), bias);
        const d = f32x4.mul(loadPart(dg + at, n), rate), slope = f32x4.mul(d, sigmoid(z));
        ofRate = f32x4.add(ofRate, f32x4.mul(d, softplus(z)));
        ofBias = f32x4.add(ofBias, slope);
        storePart(da + at, slope, n);
        const y = sigmoid(loadPart(b + at, n)), dy = f32x4.mul(loadPart(dbeta + at, n), s);
        storePart(db + at, f32x4.mul(f32x4.mul(dy, y), f32x4.sub(one, y)), n);
      }
      storePart(rates + skip, ofRate, n);
      storePart(biases + skip, ofBias, n);
    }
  }
}

// Root-mean-square norm over rows of D, then a gate: silu or sigmoid.
import { sigmoid } from '../../wasm/assembly/lib/exp';
import { widen } from '../../wasm/assembly/lib/reduce';
import { fma, nfma } from '../../wasm/assembly/lib/simd';
import { ROWS } from '../../wasm/assembly/lib/units';
import { begin } from './lib/columns';
import { rstdOf } from './lib/norm';
import { get, put, sumPair } from './lib/row';

export { sumsBytes, total, totalUnits } from './lib/columns';
export { rowUnits } from '../../wasm/assembly/lib/units';

/** y = x s w act(gate). */
@inline
function step(rest: i32, silu: bool, at: usize, s: v128, x: usize, gate: usize, weight: usize, y: usize): void {
  const g = get(gate + at, rest), sg = sigmoid(g);
  let v = f32x4.mul(get(x + at, rest), s);
  if (weight) v = f32x4.mul(v, get(weight + at, rest));
  put(y + at, f32x4.mul(v, silu ? f32x4.mul(g, sg) : sg), rest);
}

export function forward(
  from: i32, to: i32, rows: i32, D: i32, eps: f64, silu: bool, x: usize, gate: usize, weight: usize, y: usize,
  scratch: usize,
): void {
  const row = <usize>D << 2, whole = <usize>(D & ~3) << 2, rest = D & 3;
  const first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row;
  x += skip;
  gate += skip;
  y += skip;
  for (let i = first; i < end; i++) {
    const s = f32x4.splat(<f32>rstdOf(D, <f64>D, eps, x));
    for (let at: usize = 0; at < whole; at += 16) step(0, silu, at, s, x, gate, weight, y);
    if (rest) step(rest, silu, whole, s, x, gate, weight, y);
    x += row;
    gate += row;
    y += row;
  }
}

/** What the gate does: dgate is final, dx holds u = w dy act(gate), sums += dy act(gate) x s. Returns x u. */
@inline
function gateGrad(
  rest: i32, silu: bool, at: usize, s: v128, dy: usize, x: usize, gate: usize, weight: usize,
  dx: usize, dgate: usize, sums: usize,
): v128 {
  const one = f32x4.splat(1), d = get(dy + at, rest), v = get(x + at, rest), g = get(gate + at, rest);
  const sg = sigmoid(g), away = f32x4.sub(one, sg);
  const act = silu ? f32x4.mul(g, sg) : sg;
  const slope = silu ? f32x4.mul(sg, fma(g, away, one)) : f32x4.mul(sg, away);
  const w = weight ? get(weight + at, rest) : one;
  const inner = f32x4.mul(d, act), hat = f32x4.mul(v, s), u = f32x4.mul(inner, w);
  put(dgate + at, f32x4.mul(f32x4.mul(d, slope), f32x4.mul(hat, w)), rest);
  put(dx + at, u, rest);
  if (weight) put(sums + at, fma(inner, hat, get(sums + at, rest)), rest);
  return f32x4.mul(v, u);
}

/** dx = s u - c x. */
@inline
function xGrad(rest: i32, at: usize, s: v128, c: v128, x: usize, dx: usize): void {
  put(dx + at, nfma(c, get(x + at, rest), f32x4.mul(get(dx + at, rest), s)), rest);
}

/** `sums` (see `columns`), of which dweight is the total, is used where there is a weight. */
export function backward(
  from: i32, to: i32, rows: i32, D: i32, eps: f64, silu: bool, dy: usize, x: usize, gate: usize, weight: usize,
  dx: usize, dgate: usize, sums: usize, scratch: usize,
): void {
  const row = <usize>D << 2, whole = <usize>(D & ~3) << 2, rest = D & 3;
  const first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row;
  dy += skip;
  x += skip;
  gate += skip;
  dx += skip;
  dgate += skip;
  let block = sums;
  for (let i = first; i < end; i++) {
    if (weight && i % ROWS == 0) block = begin(i, D, sums);
    const rstd = rstdOf(D, <f64>D, eps, x), s = f32x4.splat(<f32>rstd);
    let along = f64x2.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      along = widen(along, gateGrad(0, silu, at, s, dy, x, gate, weight, dx, dgate, block));
    }
    if (rest) along = widen(along, gateGrad(rest, silu, whole, s, dy, x, gate, weight, dx, dgate, block));
    const c = f32x4.splat(<f32>(rstd * rstd * rstd * sumPair(along) / <f64>D));
    for (let at: usize = 0; at < whole; at += 16) xGrad(0, at, s, c, x, dx);
    if (rest) xGrad(rest, whole, s, c, x, dx);
    dy += row;
    x += row;
    gate += row;
    dx += row;
    dgate += row;
  }
}

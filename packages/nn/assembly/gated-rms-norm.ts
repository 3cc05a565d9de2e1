// Root-mean-square norm over rows of D, then a gate: silu or sigmoid.
import { sigmoid } from '../../wasm/assembly/lib/exp';
import { fma, loadPart, nfma, storePart } from '../../wasm/assembly/lib/simd';
import { ROWS } from '../../wasm/assembly/lib/units';
import { begin } from './lib/columns';
import { rstdOf } from './lib/norm';
import { dot } from './lib/row';

export { sumsBytes, total, totalUnits } from './lib/columns';
export { rowUnits } from '../../wasm/assembly/lib/units';

/** All bits where the gate is silu: chosen without a branch, so that lanes pair. */
@inline
function maskOf(silu: bool): v128 {
  return i32x4.splat(silu ? -1 : 0);
}

/** s g for silu, s for sigmoid, given s = sigmoid(g). */
@inline
function act(silu: v128, g: v128, s: v128): v128 {
  return f32x4.mul(s, v128.bitselect(g, f32x4.splat(1), silu));
}

/** Its derivative by g: s (1 + g (1 - s)), or s (1 - s). */
@inline
function slope(silu: v128, g: v128, s: v128): v128 {
  const one = f32x4.splat(1), away = f32x4.sub(one, s);
  return f32x4.mul(s, v128.bitselect(fma(g, away, one), away, silu));
}

/** y = x s w act(gate) over one row. */
@inline
function scale(weighted: bool, D: i32, silu: v128, s: v128, x: usize, gate: usize, weight: usize, y: usize): void {
  const pairs = <usize>(D & ~7) << 2, end = <usize>D << 2;
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    const g0 = v128.load(gate + at), g1 = v128.load(gate + at, 16);
    let y0 = f32x4.mul(v128.load(x + at), s), y1 = f32x4.mul(v128.load(x + at, 16), s);
    if (weighted) {
      y0 = f32x4.mul(y0, v128.load(weight + at));
      y1 = f32x4.mul(y1, v128.load(weight + at, 16));
    }
    y0 = f32x4.mul(y0, act(silu, g0, sigmoid(g0)));
    y1 = f32x4.mul(y1, act(silu, g1, sigmoid(g1)));
    v128.store(y + at, y0);
    v128.store(y + at, y1, 16);
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2, g = loadPart(gate + at, rest);
    let v = f32x4.mul(loadPart(x + at, rest), s);
    if (weighted) v = f32x4.mul(v, loadPart(weight + at, rest));
    storePart(y + at, f32x4.mul(v, act(silu, g, sigmoid(g))), rest);
  }
}

export function forward(
  from: i32, to: i32, rows: i32, D: i32, eps: f64, silu: bool, x: usize, gate: usize, weight: usize, y: usize,
  scratch: usize,
): void {
  const row = <usize>D << 2, first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row, mask = maskOf(silu);
  x += skip;
  gate += skip;
  y += skip;
  for (let i = first; i < end; i++) {
    const s = f32x4.splat(<f32>rstdOf(D, <f64>D, eps, x));
    if (weight) scale(true, D, mask, s, x, gate, weight, y);
    else scale(false, D, mask, s, x, gate, 0, y);
    x += row;
    gate += row;
    y += row;
  }
}

/** What the gate of one row does: dgate is final, dx holds u = w dy act(gate), sums += dy act(gate) x s. */
@inline
function gateGrad(
  weighted: bool, D: i32, silu: v128, s: v128, dy: usize, x: usize, gate: usize, weight: usize,
  dx: usize, dgate: usize, sums: usize,
): void {
  const pairs = <usize>(D & ~7) << 2, end = <usize>D << 2;
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    const d0 = v128.load(dy + at), d1 = v128.load(dy + at, 16), g0 = v128.load(gate + at), g1 = v128.load(gate + at, 16);
    const p0 = sigmoid(g0), p1 = sigmoid(g1);
    let h0 = f32x4.mul(v128.load(x + at), s), h1 = f32x4.mul(v128.load(x + at, 16), s);
    let u0 = f32x4.mul(d0, act(silu, g0, p0)), u1 = f32x4.mul(d1, act(silu, g1, p1));
    if (weighted) {
      const w0 = v128.load(weight + at), w1 = v128.load(weight + at, 16);
      const s0 = fma(u0, h0, v128.load(sums + at)), s1 = fma(u1, h1, v128.load(sums + at, 16));
      h0 = f32x4.mul(h0, w0);
      h1 = f32x4.mul(h1, w1);
      u0 = f32x4.mul(u0, w0);
      u1 = f32x4.mul(u1, w1);
      v128.store(sums + at, s0);
      v128.store(sums + at, s1, 16);
    }
    const e0 = f32x4.mul(f32x4.mul(d0, slope(silu, g0, p0)), h0), e1 = f32x4.mul(f32x4.mul(d1, slope(silu, g1, p1)), h1);
    v128.store(dgate + at, e0);
    v128.store(dgate + at, e1, 16);
    v128.store(dx + at, u0);
    v128.store(dx + at, u1, 16);
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2, d = loadPart(dy + at, rest), g = loadPart(gate + at, rest), p = sigmoid(g);
    let h = f32x4.mul(loadPart(x + at, rest), s), u = f32x4.mul(d, act(silu, g, p));
    if (weighted) {
      const w = loadPart(weight + at, rest);
      storePart(sums + at, fma(u, h, loadPart(sums + at, rest)), rest);
      h = f32x4.mul(h, w);
      u = f32x4.mul(u, w);
    }
    storePart(dgate + at, f32x4.mul(f32x4.mul(d, slope(silu, g, p)), h), rest);
    storePart(dx + at, u, rest);
  }
}

/** dx = s u - c x, of dx = u, over one row. */
@inline
function xGrad(D: i32, s: v128, c: v128, x: usize, dx: usize): void {
  const pairs = <usize>(D & ~7) << 2, end = <usize>D << 2;
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    const u0 = f32x4.mul(v128.load(dx + at), s), u1 = f32x4.mul(v128.load(dx + at, 16), s);
    const d0 = nfma(c, v128.load(x + at), u0), d1 = nfma(c, v128.load(x + at, 16), u1);
    v128.store(dx + at, d0);
    v128.store(dx + at, d1, 16);
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2;
    storePart(dx + at, nfma(c, loadPart(x + at, rest), f32x4.mul(loadPart(dx + at, rest), s)), rest);
  }
}

/** `sums` (see `columns`), of which dweight is the total, is used where there is a weight. */
export function backward(
  from: i32, to: i32, rows: i32, D: i32, eps: f64, silu: bool, dy: usize, x: usize, gate: usize, weight: usize,
  dx: usize, dgate: usize, sums: usize, scratch: usize,
): void {
  const row = <usize>D << 2, first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row, mask = maskOf(silu);
  dy += skip;
  x += skip;
  gate += skip;
  dx += skip;
  dgate += skip;
  let block = sums;
  for (let i = first; i < end; i++) {
    if (weight && i % ROWS == 0) block = begin(i, D, sums);
    const rstd = rstdOf(D, <f64>D, eps, x), s = f32x4.splat(<f32>rstd);
    if (weight) gateGrad(true, D, mask, s, dy, x, gate, weight, dx, dgate, block);
    else gateGrad(false, D, mask, s, dy, x, gate, 0, dx, dgate, 0);
    xGrad(D, s, f32x4.splat(<f32>(rstd * rstd * rstd * dot(D, x, dx) / <f64>D)), x, dx);
    dy += row;
    x += row;
    gate += row;
    dx += row;
    dgate += row;
  }
}

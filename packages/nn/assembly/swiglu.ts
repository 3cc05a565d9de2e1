// silu, and its product with a second branch, over n floats; without which `gated` is false.
import { constant, ONE } from '../../wasm/assembly/lib/constants';
import { sigmoid } from '../../wasm/assembly/lib/exp';
import { fma, loadPart, storePart } from '../../wasm/assembly/lib/simd';
import { ELEMENTS } from '../../wasm/assembly/lib/units';

export { elementUnits } from '../../wasm/assembly/lib/units';

@inline
function map(gated: bool, from: i32, to: i32, n: i32, gate: usize, up: usize, y: usize): void {
  const end = <usize>min(n, to * ELEMENTS) << 2, pairs = end & ~31;
  let at = <usize>(from * ELEMENTS) << 2;
  for (; at < pairs; at += 32) {
    const g0 = v128.load(gate + at), g1 = v128.load(gate + at, 16);
    let y0 = f32x4.mul(g0, sigmoid(g0)), y1 = f32x4.mul(g1, sigmoid(g1));
    if (gated) {
      y0 = f32x4.mul(y0, v128.load(up + at));
      y1 = f32x4.mul(y1, v128.load(up + at, 16));
    }
    v128.store(y + at, y0);
    v128.store(y + at, y1, 16);
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2, g = loadPart(gate + at, rest), v = f32x4.mul(g, sigmoid(g));
    storePart(y + at, gated ? f32x4.mul(v, loadPart(up + at, rest)) : v, rest);
  }
}

/** The slope of silu: s (1 + g (1 - s)) with s = sigmoid(g). */
@inline
function slope(g: v128, s: v128): v128 {
  const one = constant(ONE);
  return f32x4.mul(s, fma(g, f32x4.sub(one, s), one));
}

/** dgate = dy up slope(gate), dup = dy gate sigmoid(gate), and y once more where it is there. */
@inline
function mapGrad(
  gated: bool, from: i32, to: i32, n: i32, dy: usize, gate: usize, up: usize, dgate: usize, dup: usize, y: usize,
): void {
  const end = <usize>min(n, to * ELEMENTS) << 2, pairs = end & ~31;
  let at = <usize>(from * ELEMENTS) << 2;
  for (; at < pairs; at += 32) {
    const g0 = v128.load(gate + at), g1 = v128.load(gate + at, 16), s0 = sigmoid(g0), s1 = sigmoid(g1);
    const d0 = v128.load(dy + at), d1 = v128.load(dy + at, 16);
    const p0 = f32x4.mul(g0, s0), p1 = f32x4.mul(g1, s1);
    let u0 = d0, u1 = d1;
    if (gated) {
      const w0 = v128.load(up + at), w1 = v128.load(up + at, 16);
      u0 = f32x4.mul(d0, w0);
      u1 = f32x4.mul(d1, w1);
      if (y) {
        v128.store(y + at, f32x4.mul(p0, w0));
        v128.store(y + at, f32x4.mul(p1, w1), 16);
      }
    }
    const t0 = f32x4.mul(u0, slope(g0, s0)), t1 = f32x4.mul(u1, slope(g1, s1));
    const v0 = f32x4.mul(d0, p0), v1 = f32x4.mul(d1, p1);
    v128.store(dgate + at, t0);
    v128.store(dgate + at, t1, 16);
    if (gated) {
      v128.store(dup + at, v0);
      v128.store(dup + at, v1, 16);
    }
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2, g = loadPart(gate + at, rest), s = sigmoid(g), d = loadPart(dy + at, rest);
    const w = gated ? loadPart(up + at, rest) : d, u = gated ? f32x4.mul(d, w) : d, p = f32x4.mul(g, s);
    if (gated && y) storePart(y + at, f32x4.mul(p, w), rest);
    storePart(dgate + at, f32x4.mul(u, slope(g, s)), rest);
    if (gated) storePart(dup + at, f32x4.mul(d, p), rest);
  }
}

export function silu(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(false, from, to, n, x, 0, y);
}

export function siluGrad(from: i32, to: i32, n: i32, dy: usize, x: usize, dx: usize, scratch: usize): void {
  mapGrad(false, from, to, n, dy, x, 0, dx, 0, 0);
}

export function swiglu(from: i32, to: i32, n: i32, gate: usize, up: usize, y: usize, scratch: usize): void {
  map(true, from, to, n, gate, up, y);
}

export function swigluGrad(
  from: i32, to: i32, n: i32, dy: usize, gate: usize, up: usize, dgate: usize, dup: usize, y: usize, scratch: usize,
): void {
  mapGrad(true, from, to, n, dy, gate, up, dgate, dup, y);
}

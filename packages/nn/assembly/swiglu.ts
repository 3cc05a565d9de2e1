// silu, and its product with a second branch, over n floats; a pointer of 0 is a branch of ones.
import { sigmoid } from '../../wasm/assembly/lib/exp';
import { fma } from '../../wasm/assembly/lib/simd';
import { ELEMENTS } from '../../wasm/assembly/lib/units';
import { get, put } from './lib/row';

export { elementUnits } from '../../wasm/assembly/lib/units';

@inline
function step(rest: i32, at: usize, gate: usize, up: usize, y: usize): void {
  const g = get(gate + at, rest), v = f32x4.mul(g, sigmoid(g));
  put(y + at, up ? f32x4.mul(v, get(up + at, rest)) : v, rest);
}

@inline
function map(from: i32, to: i32, n: i32, gate: usize, up: usize, y: usize): void {
  const end = min(n, to * ELEMENTS), whole = <usize>(end & ~3) << 2;
  for (let at = <usize>(from * ELEMENTS) << 2; at < whole; at += 16) step(0, at, gate, up, y);
  if (end & 3) step(end & 3, whole, gate, up, y);
}

/** dgate = dy up s (1 + g (1 - s)), dup = dy g s with s = sigmoid(g). */
@inline
function stepGrad(rest: i32, at: usize, dy: usize, gate: usize, up: usize, dgate: usize, dup: usize): void {
  const one = f32x4.splat(1), d = get(dy + at, rest), g = get(gate + at, rest), s = sigmoid(g);
  const slope = f32x4.mul(s, fma(g, f32x4.sub(one, s), one));
  put(dgate + at, f32x4.mul(up ? f32x4.mul(d, get(up + at, rest)) : d, slope), rest);
  if (up) put(dup + at, f32x4.mul(d, f32x4.mul(g, s)), rest);
}

@inline
function mapGrad(
  from: i32, to: i32, n: i32, dy: usize, gate: usize, up: usize, dgate: usize, dup: usize,
): void {
  const end = min(n, to * ELEMENTS), whole = <usize>(end & ~3) << 2;
  for (let at = <usize>(from * ELEMENTS) << 2; at < whole; at += 16) stepGrad(0, at, dy, gate, up, dgate, dup);
  if (end & 3) stepGrad(end & 3, whole, dy, gate, up, dgate, dup);
}

export function silu(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(from, to, n, x, 0, y);
}

export function siluGrad(from: i32, to: i32, n: i32, dy: usize, x: usize, dx: usize, scratch: usize): void {
  mapGrad(from, to, n, dy, x, 0, dx, 0);
}

export function swiglu(from: i32, to: i32, n: i32, gate: usize, up: usize, y: usize, scratch: usize): void {
  map(from, to, n, gate, up, y);
}

export function swigluGrad(
  from: i32, to: i32, n: i32, dy: usize, gate: usize, up: usize, dgate: usize, dup: usize, scratch: usize,
): void {
  mapGrad(from, to, n, dy, gate, up, dgate, dup);
}

// silu, and its product with a second branch, over n floats; a pointer of 0 is a branch of ones.
import { sigmoid } from '../../wasm/assembly/lib/exp';
import { fma } from '../../wasm/assembly/lib/simd';
import { get, put } from './lib/row';

@inline
function step(rest: i32, at: usize, gate: usize, up: usize, y: usize): void {
  const g = get(gate + at, rest), v = f32x4.mul(g, sigmoid(g));
  put(y + at, up ? f32x4.mul(v, get(up + at, rest)) : v, rest);
}

@inline
function map(n: i32, gate: usize, up: usize, y: usize): void {
  const whole = <usize>(n & ~3) << 2;
  for (let at: usize = 0; at < whole; at += 16) step(0, at, gate, up, y);
  if (n & 3) step(n & 3, whole, gate, up, y);
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
function mapGrad(n: i32, dy: usize, gate: usize, up: usize, dgate: usize, dup: usize): void {
  const whole = <usize>(n & ~3) << 2;
  for (let at: usize = 0; at < whole; at += 16) stepGrad(0, at, dy, gate, up, dgate, dup);
  if (n & 3) stepGrad(n & 3, whole, dy, gate, up, dgate, dup);
}

export function silu(n: i32, x: usize, y: usize): void { map(n, x, 0, y); }

export function siluGrad(n: i32, dy: usize, x: usize, dx: usize): void { mapGrad(n, dy, x, 0, dx, 0); }

export function swiglu(n: i32, gate: usize, up: usize, y: usize): void { map(n, gate, up, y); }

export function swigluGrad(n: i32, dy: usize, gate: usize, up: usize, dgate: usize, dup: usize): void {
  mapGrad(n, dy, gate, up, dgate, dup);
}

// What reaches the gates of a chunk backward, in every rule with one decay per head. Equations in scalar-delta/README.md.
import { clear } from '../../../wasm/assembly/lib/padded';
import { fma, keepPart, sumLanes } from '../../../wasm/assembly/lib/simd';
import { C, CS, triangle } from './chunk';

/** x_i *= s_i and out_i = <x_i, y_i>, for C rows of n floats, `xs` and `ys` bytes apart. */
export function scaleDot(n: i32, s: usize, x: usize, xs: usize, y: usize, ys: usize, out: usize): void {
  const row = <usize>n << 2;
  for (let i: usize = 0; i < CS; i += 4) {
    const by = v128.load32_splat(s + i);
    let low = f32x4.splat(0), high = low;
    for (let at: usize = 0; at < row; at += 32) {
      const u = f32x4.mul(by, v128.load(x + at)), v = f32x4.mul(by, v128.load(x + at, 16));
      v128.store(x + at, u);
      v128.store(x + at, v, 16);
      low = fma(u, v128.load(y + at), low);
      high = fma(v, v128.load(y + at, 16), high);
    }
    store<f32>(out + i, sumLanes(f32x4.add(low, high)));
    x += xs;
    y += ys;
  }
}

/**
 * With X = dO V': dp = X under `by` D and z = X P, which is what flows through P to the sums of gates. dO is y [C,V] in rows of
 * `row` bytes, V' [V,C].
 */
export function throughRead(
  V: i32, y: usize, row: usize, vt: usize, by: f32, d: usize, p: usize, dp: usize, z: usize,
): void {
  const f = f32x4.splat(by);
  triangle(V, y, row, vt, z);
  for (let i: usize = 0; i < CS * C; i += CS) {
    const own = (i / C) & ~15;
    for (let v = i; v <= i + own; v += 16) {
      const x = v128.load(z + v);
      v128.store(dp + v, f32x4.mul(x, f32x4.mul(f, v128.load(d + v))));
      v128.store(z + v, f32x4.mul(x, v128.load(p + v)));
    }
    clear(dp + i + own + 16, dp + i + CS);
  }
}

/** <S, dS>, over `bytes`. */
export function overlap(bytes: usize, s: usize, ds: usize): f32 {
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) sum = fma(v128.load(s + at), v128.load(ds + at), sum);
  return sumLanes(sum);
}

/**
 * Gate m lies in the sums from a token before it to itself or a later one (z), in e^(G_i) of these later ones (inner), in
 * e^(G_C - G_i) of those before (outer), and in the decay of the whole state. Overwrites outer and sums.
 */
export function gates(
  m: i32, state: f32, z: usize, inner: usize, outer: usize, sums: usize, dg: usize, gstep: usize,
): void {
  let before: f32 = 0;
  for (let i: usize = 0; i < CS; i += 4) {
    const x = load<f32>(outer + i);
    store<f32>(outer + i, before);
    before += x;
  }
  const zero = f32x4.splat(0);
  clear(sums, sums + CS);
  let after: f32 = 0;
  for (let i = C - 1; i >= 0; i--) {
    const at = <usize>i << 2, row = z + <usize>i * CS, own = <usize>(i & ~3) << 2;
    let sum = zero;
    for (let v: usize = 0; v <= own; v += 16) {
      const x = f32x4.add(v128.load(sums + v), v128.load(row + v));
      v128.store(sums + v, x);
      sum = f32x4.add(sum, keepPart(x, zero, v == own ? i & 3 : 4));
    }
    after += load<f32>(inner + at);
    if (i < m) store<f32>(dg + <usize>i * gstep, sumLanes(sum) + after + load<f32>(outer + at) + state);
  }
}

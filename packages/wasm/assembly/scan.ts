// Inclusive cumulative sums along one axis of [outer, n, inner], from either end.
import { loadPart, storePart } from './lib/simd';

/** Lane i becomes the sum of lanes 0..i. */
@inline
function prefix(x: v128): v128 {
  const zero = f32x4.splat(0);
  const y = f32x4.add(x, i32x4.shuffle(zero, x, 0, 4, 5, 6));
  return f32x4.add(y, i32x4.shuffle(zero, y, 0, 1, 4, 5));
}

@inline
function mirror(x: v128): v128 {
  return i32x4.shuffle(x, x, 3, 2, 1, 0);
}

function forwards(n: i32, x: usize, y: usize): void {
  let carry = f32x4.splat(0), i = 0;
  for (; i + 4 <= n; i += 4) {
    const s = f32x4.add(carry, prefix(v128.load(x)));
    v128.store(y, s);
    carry = i32x4.shuffle(s, s, 3, 3, 3, 3);
    x += 16;
    y += 16;
  }
  if (i < n) storePart(y, f32x4.add(carry, prefix(loadPart(x, n - i))), n - i);
}

/** The mirror image: the sum over the elements from i to the end, which come first. */
function backwards(n: i32, x: usize, y: usize): void {
  let carry = f32x4.splat(0), i = n;
  for (; i >= 4; i -= 4) {
    const at = <usize>(i - 4) << 2, s = f32x4.add(carry, prefix(mirror(v128.load(x + at))));
    v128.store(y + at, mirror(s));
    carry = i32x4.shuffle(s, s, 3, 3, 3, 3);
  }
  // Absent lanes are zeros at the far end, so the sums of the others do not see them.
  if (i > 0) storePart(y, mirror(f32x4.add(carry, prefix(mirror(loadPart(x, i))))), i);
}

export function cumsumLast(outer: i32, n: i32, reverse: bool, x: usize, y: usize): void {
  for (let i = 0; i < outer; i++) {
    if (reverse) backwards(n, x, y);
    else forwards(n, x, y);
    x += <usize>n << 2;
    y += <usize>n << 2;
  }
}

export function cumsumMiddle(outer: i32, n: i32, inner: i32, reverse: bool, x: usize, y: usize): void {
  const bytes = <usize>inner << 2, step = reverse ? 0 - bytes : bytes, first = reverse ? <usize>(n - 1) * bytes : 0;
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < inner; j += 4) {
      const m = min(4, inner - j);
      let at = first + (<usize>j << 2), s = f32x4.splat(0);
      if (m == 4) {
        for (let i = 0; i < n; i++) {
          s = f32x4.add(s, v128.load(x + at));
          v128.store(y + at, s);
          at += step;
        }
      } else {
        for (let i = 0; i < n; i++) {
          s = f32x4.add(s, loadPart(x + at, m));
          storePart(y + at, s, m);
          at += step;
        }
      }
    }
    x += <usize>n * bytes;
    y += <usize>n * bytes;
  }
}

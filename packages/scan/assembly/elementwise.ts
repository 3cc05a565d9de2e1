// A gated sum per channel, forward and backward: blocks of channels, token after token.
import { copy, fill } from '../../wasm/assembly/lib/copy';
import { exp } from '../../wasm/assembly/lib/exp';
import { beginOf, clearGap, endOf } from '../../wasm/assembly/lib/ranges';
import { fma, loadPart, storePart } from '../../wasm/assembly/lib/simd';

/** Channels of a block, a multiple of 8: two lines of the caches of every token, and blocks enough for a sequence alone. */
@inline const block: i32 = 32;

/** Blocks of D channels. */
export function blocks(D: i32): i32 {
  return (D + block - 1) / block;
}

/** Bytes of scratch that `backward` wants. */
export function backwardScratch(): i32 {
  return block << 2;
}

/** h = e^g before + x over n channels; `before` may be 0. */
function step(n: i32, x: usize, g: usize, before: usize, h: usize): void {
  if (!before) {
    copy(n, x, h);
    return;
  }
  const pairs = <usize>(n & ~7) << 2, end = <usize>n << 2;
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    const d0 = exp(v128.load(g + at)), d1 = exp(v128.load(g + at, 16));
    const h0 = fma(d0, v128.load(before + at), v128.load(x + at)), h1 = fma(d1, v128.load(before + at, 16), v128.load(x + at, 16));
    v128.store(h + at, h0);
    v128.store(h + at, h1, 16);
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2;
    storePart(h + at, fma(exp(loadPart(g + at, rest)), loadPart(before + at, rest), loadPart(x + at, rest)), rest);
  }
}

/** Blocks from..to of all n sequences: y is also the state before the next token. h0 and ranges may be 0. */
export function forward(
  from: i32, to: i32, n: i32, P: i32, D: i32, x: usize, g: usize, h0: usize, ranges: usize,
  y: usize, state: usize, scratch: usize,
): void {
  const each = blocks(D), row = <usize>D << 2;
  for (let i = from; i < to; i++) {
    const s = i / each, c = (i % each) * block, width = min(block, D - c), own = <usize>(s * D + c) << 2;
    const begin = beginOf(ranges, s, P / n, P), end = endOf(ranges, s, P / n, P);
    clearGap(ranges, s, n, P, width, y + (<usize>c << 2), row);
    let at = <usize>(begin * D + c) << 2, before = h0 ? h0 + own : 0;
    for (let t = begin; t < end; t++) {
      step(width, x + at, g + at, before, y + at);
      before = y + at;
      at += row;
    }
    if (before) copy(width, before, state + own);
    else fill(width, 0, state + own);
  }
}

/** One token of the gradient: c, what flows back to its state from later ones, becomes what flows to the state before it, which may be 0. */
function stepBack(n: i32, dy: usize, g: usize, before: usize, c: usize, dx: usize, dg: usize): void {
  const pairs = <usize>(n & ~7) << 2, end = <usize>n << 2;
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    const d0 = f32x4.add(v128.load(c + at), v128.load(dy + at)), d1 = f32x4.add(v128.load(c + at, 16), v128.load(dy + at, 16));
    const c0 = f32x4.mul(exp(v128.load(g + at)), d0), c1 = f32x4.mul(exp(v128.load(g + at, 16)), d1);
    v128.store(dx + at, d0);
    v128.store(dx + at, d1, 16);
    v128.store(c + at, c0);
    v128.store(c + at, c1, 16);
    if (before) {
      const g0 = f32x4.mul(c0, v128.load(before + at)), g1 = f32x4.mul(c1, v128.load(before + at, 16));
      v128.store(dg + at, g0);
      v128.store(dg + at, g1, 16);
    }
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2, d = f32x4.add(loadPart(c + at, rest), loadPart(dy + at, rest));
    const through = f32x4.mul(exp(loadPart(g + at, rest)), d);
    storePart(dx + at, d, rest);
    storePart(c + at, through, rest);
    if (before) storePart(dg + at, f32x4.mul(through, loadPart(before + at, rest)), rest);
  }
  if (!before) fill(n, 0, dg);
}

/** The same blocks backward. h0 and dh0 may be absent together, and ranges. */
export function backward(
  from: i32, to: i32, n: i32, P: i32, D: i32, dy: usize, dstate: usize, g: usize, h0: usize, y: usize, ranges: usize,
  dx: usize, dg: usize, dh0: usize, scratch: usize,
): void {
  const each = blocks(D), row = <usize>D << 2;
  for (let i = from; i < to; i++) {
    const s = i / each, c = (i % each) * block, width = min(block, D - c), own = <usize>(s * D + c) << 2;
    const begin = beginOf(ranges, s, P / n, P), count = endOf(ranges, s, P / n, P) - begin;
    clearGap(ranges, s, n, P, width, dx + (<usize>c << 2), row);
    clearGap(ranges, s, n, P, width, dg + (<usize>c << 2), row);
    copy(width, dstate + own, scratch);
    const first = <usize>(begin * D + c) << 2;
    for (let t = count - 1, at = first + <usize>t * row; t >= 0; t--) {
      const before = t > 0 ? y + at - row : h0 ? h0 + own : 0;
      stepBack(width, dy + at, g + at, before, scratch, dx + at, dg + at);
      at -= row;
    }
    if (h0) copy(width, scratch, dh0 + own);
  }
}

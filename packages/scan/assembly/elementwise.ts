// A gated sum per channel, forward and backward: blocks of channels, token after token.
import { exp } from '../../wasm/assembly/lib/exp';
import { beginOf, clearGap, endOf } from '../../wasm/assembly/lib/ranges';
import { fma, loadPart, storePart } from '../../wasm/assembly/lib/simd';

/** Channels of a block: a few cache lines of every token, so that long rows share their pages. */
@inline const block: i32 = 64;

/** Blocks of D channels. */
export function blocks(D: i32): i32 {
  return (D + block - 1) / block;
}

/** Bytes of scratch that `backward` wants. */
export function backwardScratch(): i32 {
  return block << 2;
}

@inline
function part(p: usize, n: i32): v128 {
  return n < 4 ? loadPart(p, n) : v128.load(p);
}

@inline
function put(p: usize, x: v128, n: i32): void {
  if (n < 4) storePart(p, x, n);
  else v128.store(p, x);
}

/** h = e^g before + x over n channels; `before` may be 0. */
function step(n: i32, x: usize, g: usize, before: usize, h: usize): void {
  for (; n > 0; n -= 4) {
    let s = part(x, n);
    if (before) {
      s = fma(exp(part(g, n)), part(before, n), s);
      before += 16;
    }
    put(h, s, n);
    x += 16;
    g += 16;
    h += 16;
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
    for (let j = 0; j < width; j += 4) {
      const p = <usize>j << 2;
      put(state + own + p, before ? part(before + p, width - j) : f32x4.splat(0), width - j);
    }
  }
}

/** One token of the gradient: c, what flows back to its state from later ones, becomes what flows to the state before it. */
function stepBack(n: i32, dy: usize, g: usize, before: usize, c: usize, dx: usize, dg: usize): void {
  for (; n > 0; n -= 4) {
    const d = f32x4.add(v128.load(c), part(dy, n));
    put(dx, d, n);
    const through = f32x4.mul(exp(part(g, n)), d);
    v128.store(c, through);
    put(dg, before ? f32x4.mul(through, part(before, n)) : f32x4.splat(0), n);
    if (before) before += 16;
    dy += 16;
    g += 16;
    c += 16;
    dx += 16;
    dg += 16;
  }
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
    for (let j = 0; j < width; j += 4) v128.store(scratch + (<usize>j << 2), part(dstate + own + (<usize>j << 2), width - j));
    const first = <usize>(begin * D + c) << 2;
    for (let t = count - 1, at = first + <usize>t * row; t >= 0; t--) {
      const before = t > 0 ? y + at - row : h0 ? h0 + own : 0;
      stepBack(width, dy + at, g + at, before, scratch, dx + at, dg + at);
      at -= row;
    }
    if (h0) for (let j = 0; j < width; j += 4) {
      const p = <usize>j << 2;
      put(dh0 + own + p, v128.load(scratch + p), width - j);
    }
  }
}

// Keys and values of a block of a sequence, from a ring and the rows behind it, and packed as products read them.
import { copy } from '../../../wasm/assembly/lib/copy';
import { loadPart } from '../../../wasm/assembly/lib/simd';
import { Sequence } from './sequence';
import { KB, up16 } from './sizes';

/** Floats of a packed block: columns of n rows, or rows of n columns, each in panels of 16. */
@inline
export function turnedSize(n: i32): i32 {
  return KB * n;
}

@inline
export function rowsSize(n: i32): i32 {
  return KB * up16(n);
}

/** Rows of n floats at places from..to, `step` bytes apart in ring and sequence, one behind the other. */
function collect(s: Sequence, from: i32, to: i32, C: i32, n: i32, ring: usize, fresh: usize, step: usize, out: usize): void {
  for (let i = from - s.lead; i < to - s.lead; i++) {
    copy(n, i < s.old ? ring + <usize>((s.oldest + i) % C) * step : fresh + <usize>(i - s.old) * step, out);
    out += <usize>n << 2;
  }
}

/** The first of the rows at places from..to, where they follow each other `step` bytes apart; 0 where they do not. */
@inline
export function straight(s: Sequence, from: i32, to: i32, C: i32, ring: usize, fresh: usize, step: usize): usize {
  const i = from - s.lead;
  if (i >= s.old) return fresh + <usize>(i - s.old) * step;
  const row = (s.oldest + i) % C;
  return to - s.lead <= s.old && row + to - from <= C ? ring + <usize>row * step : 0;
}

@inline
function part(p: usize, n: i32): v128 {
  return n >= 4 ? v128.load(p) : loadPart(p, n);
}

/** out [KB/16][n][16]: m rows of n floats turned to columns, four by four. Up to whole panels the last one is repeated. */
export function turn(m: i32, n: i32, rows: usize, step: usize, out: usize): void {
  const whole = <usize>(n & ~3) << 2, last = m - 1;
  for (let j = 0, end = up16(m); j < end; j += 4) {
    let b0 = rows + <usize>min(j, last) * step, b1 = rows + <usize>min(j + 1, last) * step;
    let b2 = rows + <usize>min(j + 2, last) * step, b3 = rows + <usize>min(j + 3, last) * step;
    let to = out + (<usize>(j >> 4) * n << 6) + ((j & 15) << 2);
    for (const stop = b0 + whole; b0 < stop; b0 += 16) {
      const x0 = v128.load(b0), x1 = v128.load(b1), x2 = v128.load(b2), x3 = v128.load(b3);
      const l01 = i32x4.shuffle(x0, x1, 0, 4, 1, 5), l23 = i32x4.shuffle(x2, x3, 0, 4, 1, 5);
      const h01 = i32x4.shuffle(x0, x1, 2, 6, 3, 7), h23 = i32x4.shuffle(x2, x3, 2, 6, 3, 7);
      v128.store(to, i64x2.shuffle(l01, l23, 0, 2));
      v128.store(to, i64x2.shuffle(l01, l23, 1, 3), 64);
      v128.store(to, i64x2.shuffle(h01, h23, 0, 2), 128);
      v128.store(to, i64x2.shuffle(h01, h23, 1, 3), 192);
      b1 += 16; b2 += 16; b3 += 16;
      to += 256;
    }
    for (let left = n & 3; left > 0; left--) {
      v128.store(to, f32x4(load<f32>(b0), load<f32>(b1), load<f32>(b2), load<f32>(b3)));
      b0 += 4; b1 += 4; b2 += 4; b3 += 4;
      to += 64;
    }
  }
}

/** out [n/16][KB][16]: m rows of n floats in panels of 16 columns, zeros behind them. */
export function panel(m: i32, n: i32, rows: usize, step: usize, out: usize): void {
  for (let left = n; left > 0; left -= 16) {
    let from = rows, to = out;
    if (left >= 16) for (let i = 0; i < m; i++) {
      v128.store(to, v128.load(from)); v128.store(to, v128.load(from, 16), 16);
      v128.store(to, v128.load(from, 32), 32); v128.store(to, v128.load(from, 48), 48);
      from += step;
      to += 64;
    } else for (let i = 0; i < m; i++) {
      for (let j = 0; j < 16; j += 4) v128.store(to + (j << 2), j < left ? part(from + (j << 2), left - j) : f32x4.splat(0));
      from += step;
      to += 64;
    }
    rows += 64;
    out += KB << 6;
  }
}

/**
 * Rows of n floats of block `block` of a sequence, for a head whose rows of the ring and of the sequence start at `ring` and `fresh`:
 * turned and as panels, each where its place is not 0. `room` is for KB rows.
 */
export function pack(
  s: Sequence, block: i32, C: i32, n: i32, ring: usize, fresh: usize, step: usize, turned: usize, panels: usize, room: usize,
): void {
  const base = block * KB, from = max(s.lead, base), to = min(s.end, base + KB), skip = from - base;
  let rows = straight(s, from, to, C, ring, fresh, step), on = step;
  // Places count from the block's first, so what is not there is left out by moving the rows.
  if (skip > 0 || rows == 0) {
    on = <usize>n << 2;
    rows = room;
    // Before the first key there is nothing that is read, but numbers it must be.
    memory.fill(room, 0, <usize>skip * on);
    collect(s, from, to, C, n, ring, fresh, step, room + <usize>skip * on);
  }
  if (turned) turn(to - base, n, rows, on, turned);
  if (panels) panel(to - base, n, rows, on, panels);
}

// Softmax attention, forward and backward: the queries of a sequence and a key/value head block by block.
import { fill } from '../../wasm/assembly/lib/copy';
import { packB8 } from '../../wasm/assembly/lib/pack';
import { clear, padded } from '../../wasm/assembly/lib/padded';
import { beginOf, clearGap, endOf } from '../../wasm/assembly/lib/ranges';
import {
  backBytes, backFrame, block, combine, Frame, frame, frameBytes, R, scores, slopes, spread, weights,
} from './lib/block';
import { decode, decodeBytes } from './lib/decode';
import { collect, distribute, oldestOf, pastOf } from './lib/keys';
import { gather, scatter } from './lib/rows';
import { inPowersOf2 } from './lib/weights';

/** Blocks of T queries. */
export function blocks(T: i32): i32 {
  return (T + R - 1) / R;
}

/** How many of S keys the last T queries see; the first others are left out from the start. */
@inline
function seen(T: i32, S: i32, window: i32): i32 {
  return max(0, min(S, T - 1 + window));
}

/**
 * Bytes of scratch that `forward` and `backward` want, of T queries at most and S keys, of which C in a ring. In f64: more than 32
 * bits hold is refused, not taken for less.
 */
export function forwardScratch(T: i32, S: i32, C: i32, H: i32, D: i32, V: i32, window: i32): f64 {
  const n = seen(T, S, window), collected = C > 0 ? <f64>n * <f64>max(D, V) : 0;
  const blockwise = frameBytes(T, n, D, V, window) + 4 * collected;
  return max(T > 1 ? blockwise : 0, decodeBytes(H, seen(1, T > 1 ? C + 1 : S, window), D));
}

export function backwardScratch(T: i32, S: i32, D: i32, V: i32, window: i32): f64 {
  const n = seen(T, S, window);
  return frameBytes(T, n, D, V, window) + backBytes(T, n, D, V, window);
}

/** Where the frame's factors lie. */
@inline
function scale2(f: Frame): usize {
  return changetype<usize>(f) + offsetof<Frame>('scale2');
}

@inline
function scale1(f: Frame): usize {
  return changetype<usize>(f) + offsetof<Frame>('scale');
}

/** The f.T queries of one head. */
function forwardHead(f: Frame, q: usize, qs: usize, y: usize, ys: usize): void {
  for (let t = 0; t < f.T; t += R) {
    block(f, t);
    gather(f.m, f.D, q + <usize>t * qs, qs, f.q, scale2(f), 0);
    scores(f, f.D, f.q, f.ds, f.keys, f.e);
    weights(f);
    combine(f, f.vp, f.e, f.values, f.y);
    scatter(f.m, f.V, f.y, y + <usize>t * ys, ys, f.r, 4);
  }
}

/**
 * Blocks from..to of the queries of all n HKV sequences and key/value heads, each with its query heads. Those of one head are a
 * problem of their own, with the keys up to the last query; they are packed once.
 *
 * @param T,S queries and new keys of a sequence; with ranges both are all positions.
 * @param C rows of the rings of the past.
 */
export function forward(
  from: i32, to: i32, n: i32, T: i32, S: i32, C: i32, H: i32, HKV: i32, D: i32, V: i32, window: i32, scale: f32,
  q: usize, k: usize, v: usize, k0: usize, v0: usize, position: usize, ranges: usize, y: usize, scratch: usize,
): void {
  const count = blocks(T), G = H / HKV;
  const qs = <usize>(H * D) << 2, ks = <usize>(HKV * D) << 2, vs = <usize>(HKV * V) << 2, ys = <usize>(H * V) << 2;
  for (let i = from, next = from; i < to; i = next) {
    const b = i / count / HKV, g = i / count % HKV, first = i % count;
    const begin = beginOf(ranges, b, T, T), length = endOf(ranges, b, T, T) - begin;
    // The heads whose first block is among the units at hand take turns at a single query, else one head has its blocks.
    const heads = length == 1 && first == 0 ? min(HKV - g, (to - i + count - 1) / count) : 1;
    const end = min(count * heads, first + to - i);
    next = i + end - first;
    if (first == 0) clearGap(ranges, b, n, T, heads * G * V, y + (<usize>(g * G * V) << 2), ys);
    const t = first * R, m = min(length, end * R) - t;
    if (m <= 0) continue;
    // The keys are `past` of a ring, then new ones from row `origin` on.
    const past = pastOf(position, b, C, window), origin = ranges ? begin : b * S;
    const last = past + (ranges ? length : S) - length + t + m, keys = seen(m, last, window);
    const old = max(0, past - (last - keys)), fresh = keys - old, row = oldestOf(position, b, C, old);
    const query = (begin + t) * H + g * G, key = (origin + last - past - fresh) * HKV + g, ring = b * C * HKV + g;
    const kat = k + (<usize>(key * D) << 2), vat = v + (<usize>(key * V) << 2);
    const k0at = k0 + (<usize>(ring * D) << 2), v0at = v0 + (<usize>(ring * V) << 2);
    if (length == 1) {
      // Keys and values of a single query are read where they stand.
      const qat = q + (<usize>(query * D) << 2), yat = y + (<usize>(query * V) << 2), scale2 = inPowersOf2(scale);
      decode(old, row, C, fresh, heads * G, G, D, V, scale2, qat, k0at, v0at, kat, vat, ks, vs, yat, scratch);
      continue;
    }
    const f = frame(m, keys, D, V, window, scale, scratch);
    if (old > 0) {
      const rows = scratch + <usize>frameBytes(m, keys, D, V, window);
      collect(old, row, C, fresh, D, k0at, kat, ks, rows);
      packB8(D, keys, rows, 1, D, f.keys);
      collect(old, row, C, fresh, V, v0at, vat, vs, rows);
      packB8(keys, V, rows, V, 1, f.values);
    } else {
      packB8(D, keys, kat, 1, HKV * D, f.keys);
      packB8(keys, V, vat, HKV * V, 1, f.values);
    }
    for (let h = query; h < query + G; h++) {
      forwardHead(f, q + (<usize>(h * D) << 2), qs, y + (<usize>(h * V) << 2), ys);
    }
  }
}

/** Gradients of the queries t.. of one head, and what they add to those of its keys and values. */
function backwardBlock(f: Frame, t: i32, q: usize, dq: usize, qs: usize, dy: usize, ys: usize): void {
  block(f, t);
  gather(f.m, f.D, q + <usize>t * qs, qs, f.q, scale2(f), 0);
  scores(f, f.D, f.q, f.ds, f.keys, f.e);
  weights(f);
  // Weights are e r; r is given to dy instead.
  gather(f.m, f.V, dy + <usize>t * ys, ys, f.y, f.r, 4);
  spread(f, f.vp, f.e, f.y, f.dv);
  scores(f, f.V, f.y, f.vs, f.values, f.g);
  slopes(f);
  combine(f, f.dp, f.g, f.keyRows, f.dq);
  scatter(f.m, f.D, f.dq, dq + <usize>t * qs, qs, scale1(f), 0);
  spread(f, f.dp, f.g, f.q, f.dk);
}

/** Zeros into n floats of each of m rows. */
function clearRows(m: i32, n: i32, to: usize, step: usize): void {
  for (let i = 0; i < m; i++) {
    fill(n, 0, to);
    to += step;
  }
}

/** Sequences and key/value heads from..to of all n HKV, each with its query heads. Sizes as in `forward`. */
export function backward(
  from: i32, to: i32, n: i32, T: i32, S: i32, C: i32, H: i32, HKV: i32, D: i32, V: i32, window: i32, scale: f32,
  dy: usize, q: usize, k: usize, v: usize, k0: usize, v0: usize, position: usize, ranges: usize,
  dq: usize, dk: usize, dv: usize, dk0: usize, dv0: usize, scratch: usize,
): void {
  const G = H / HKV;
  const qs = <usize>(H * D) << 2, ks = <usize>(HKV * D) << 2, vs = <usize>(HKV * V) << 2, ys = <usize>(H * V) << 2;
  for (let i = from; i < to; i++) {
    const b = i / HKV, g = i % HKV;
    const atQ = <usize>(g * G * D) << 2, atK = <usize>(g * D) << 2, atV = <usize>(g * V) << 2;
    clearGap(ranges, b, n, T, G * D, dq + atQ, qs);
    clearGap(ranges, b, n, T, D, dk + atK, ks);
    clearGap(ranges, b, n, T, V, dv + atV, vs);
    const begin = beginOf(ranges, b, T, T), length = endOf(ranges, b, T, T) - begin;
    const old = length > 0 ? pastOf(position, b, C, window) : 0, row = oldestOf(position, b, C, old);
    const all = old + (ranges ? length : S), keys = seen(length, all, window), fresh = keys - old, unseen = all - keys;
    const f = frame(length, keys, D, V, window, scale, scratch);
    const end = backFrame(f, scratch + <usize>frameBytes(length, keys, D, V, window));
    // Behind the keys that no query sees. With a past there are none of these.
    const key = (ranges ? begin : b * S) + unseen;
    const kat = <usize>key * ks + atK, vat = <usize>key * vs + atV;
    const k0at = <usize>(b * C) * ks + atK, v0at = <usize>(b * C) * vs + atV;
    let kRows = k + kat, vRows = v + vat, kStep = HKV * D, vStep = HKV * V;
    if (old > 0) {
      // There is room where the gradients of keys and values will be.
      kRows = f.dk; vRows = f.dv; kStep = D; vStep = V;
      collect(old, row, C, fresh, D, k0 + k0at, k + kat, ks, kRows);
      collect(old, row, C, fresh, V, v0 + v0at, v + vat, vs, vRows);
    }
    packB8(D, keys, kRows, 1, kStep, f.keys);
    packB8(keys, D, kRows, kStep, 1, f.keyRows);
    packB8(V, keys, vRows, 1, vStep, f.values);
    clear(f.dk, end);
    for (let h = begin * H + g * G, stop = h + G; h < stop; h++) {
      const qat = <usize>(h * D) << 2, yat = <usize>(h * V) << 2;
      for (let t = 0; t < length; t += R) backwardBlock(f, t, q + qat, dq + qat, qs, dy + yat, ys);
    }
    clearRows(unseen, D, dk + kat - <usize>unseen * ks, ks);
    clearRows(unseen, V, dv + vat - <usize>unseen * vs, vs);
    if (position) {
      clearRows(C, D, dk0 + k0at, ks);
      clearRows(C, V, dv0 + v0at, vs);
    }
    const log2 = changetype<usize>(f) + offsetof<Frame>('log2'), one = changetype<usize>(f) + offsetof<Frame>('one');
    distribute(old, row, C, fresh, D, f.dk, log2, dk0 + k0at, dk + kat, ks);
    distribute(old, row, C, fresh, V, f.dv, one, dv0 + v0at, dv + vat, vs);
  }
}

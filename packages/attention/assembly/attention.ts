// Softmax attention, forward and backward: the queries of a key/value head block by block.
import { fill } from '../../wasm/assembly/lib/copy';
import { packB } from '../../wasm/assembly/lib/pack';
import { clear } from '../../wasm/assembly/lib/padded';
import {
  backBytes, backFrame, block, combine, Frame, frame, frameBytes, R, scores, slopes, spread, weights,
} from './lib/block';
import { decode } from './lib/decode';
import { gather, scatter } from './lib/rows';

/** Blocks of T queries. */
export function blocks(T: i32): i32 {
  return (T + R - 1) / R;
}

/** How many of S keys the last T queries see; the first others are left out from the start. */
@inline
function seen(T: i32, S: i32, window: i32): i32 {
  return max(0, min(S, T - 1 + window));
}

/** Bytes of scratch that `forward` and `backward` want. In f64: more than 32 bits hold is refused, not taken for less. */
export function forwardScratch(T: i32, S: i32, D: i32, V: i32, window: i32): f64 {
  return frameBytes(T, seen(T, S, window), D, V, window);
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
 * Blocks from..to of the queries of all B HKV key/value heads, each with its query heads. Those of one head are a problem of
 * their own, with the keys up to the last query; they are packed once.
 */
export function forward(
  from: i32, to: i32, T: i32, S: i32, H: i32, HKV: i32, D: i32, V: i32, window: i32, scale: f32,
  q: usize, k: usize, v: usize, y: usize, scratch: usize,
): void {
  const n = blocks(T), G = H / HKV;
  const qs = <usize>(H * D) << 2, ks = <usize>(HKV * D) << 2, vs = <usize>(HKV * V) << 2, ys = <usize>(H * V) << 2;
  for (let i = from; i < to; ) {
    const b = i / n / HKV, g = i / n % HKV, first = i % n, end = min(n, first + to - i);
    const t = first * R, m = min(T, end * R) - t, last = S - T + t + m, keys = seen(m, last, window);
    const f = frame(m, keys, D, V, window, scale, scratch);
    const query = (b * T + t) * H + g * G, key = (b * S + last - keys) * HKV + g;
    const kat = k + (<usize>(key * D) << 2), vat = v + (<usize>(key * V) << 2);
    if (T > 1) {
      packB(D, keys, kat, 1, HKV * D, f.keys);
      packB(keys, V, vat, HKV * V, 1, f.values);
    }
    for (let h = query; h < query + G; h++) {
      const qat = q + (<usize>(h * D) << 2), yat = y + (<usize>(h * V) << 2);
      // Keys and values of a single query are read where they stand.
      if (T == 1) decode(keys, 0, keys, D, V, f.scale2, qat, kat, ks, vat, vs, yat, f.q, f.e);
      else forwardHead(f, qat, qs, yat, ys);
    }
    i += end - first;
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

/** A gradient of S rows, `unseen` of them zeros. */
function scatterKeys(f: Frame, n: i32, unseen: i32, from: usize, to: usize, step: usize, factor: usize): void {
  for (let s = 0; s < unseen; s++) {
    fill(n, 0, to);
    to += step;
  }
  scatter(f.S, n, from, to, step, changetype<usize>(f) + factor, 0);
}

/** Key/value heads from..to of all B HKV, each with its query heads. */
export function backward(
  from: i32, to: i32, T: i32, S: i32, H: i32, HKV: i32, D: i32, V: i32, window: i32, scale: f32,
  dy: usize, q: usize, k: usize, v: usize, dq: usize, dk: usize, dv: usize, scratch: usize,
): void {
  const keys = seen(T, S, window), unseen = S - keys, G = H / HKV;
  const f = frame(T, keys, D, V, window, scale, scratch);
  const end = backFrame(f, scratch + <usize>frameBytes(T, keys, D, V, window));
  const qs = <usize>(H * D) << 2, ks = <usize>(HKV * D) << 2, vs = <usize>(HKV * V) << 2, ys = <usize>(H * V) << 2;
  for (let i = from; i < to; i++) {
    const b = i / HKV, g = i % HKV, head = b * T * H + g * G, key = b * S * HKV + g;
    const kat = <usize>(key * D) << 2, vat = <usize>(key * V) << 2, skipped = unseen * HKV;
    packB(D, keys, k + kat + (<usize>(skipped * D) << 2), 1, HKV * D, f.keys);
    packB(keys, D, k + kat + (<usize>(skipped * D) << 2), HKV * D, 1, f.keyRows);
    packB(V, keys, v + vat + (<usize>(skipped * V) << 2), 1, HKV * V, f.values);
    clear(f.dk, end);
    for (let h = head; h < head + G; h++) {
      const qat = <usize>(h * D) << 2, yat = <usize>(h * V) << 2;
      for (let t = 0; t < T; t += R) backwardBlock(f, t, q + qat, dq + qat, qs, dy + yat, ys);
    }
    scatterKeys(f, D, unseen, f.dk, dk + kat, ks, offsetof<Frame>('log2'));
    scatterKeys(f, V, unseen, f.dv, dv + vat, vs, offsetof<Frame>('one'));
  }
}

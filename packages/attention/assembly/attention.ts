// Softmax attention, forward and backward: one key/value head after another, its queries block by block.
import { fill } from '../../wasm/assembly/lib/copy';
import { packB } from '../../wasm/assembly/lib/pack';
import { clear, padded } from '../../wasm/assembly/lib/padded';
import { row, rowT } from '../../wasm/assembly/lib/row';
import { scale as scaleRow } from '../../wasm/assembly/lib/softmax';
import { block, combine, Frame, R, scores, slopes, spread, weights } from './lib/block';
import { gather, scatter } from './lib/rows';
import { weigh } from './lib/weights';

@inline
function up8(n: i32): usize {
  return (n + 7) & ~7;
}

/** Lays out at `scratch` what forward and backward share, and returns where it ends. */
function frame(T: i32, S: i32, D: i32, V: i32, window: i32, scale: f32, scratch: usize): usize {
  const f = changetype<Frame>(scratch), rows = <usize>min(R, padded(T));
  f.T = T; f.S = S; f.D = D; f.V = V; f.window = window;
  f.dp = padded(D); f.vp = padded(V);
  f.ds = <usize>f.dp << 2; f.vs = <usize>f.vp << 2;
  // Three floats more than the columns, for whole vectors; and an odd number of cache lines, that rows share none in the cache.
  f.ss = (((min(up8(S), up8(window + <i32>rows + 6)) + 18) >> 4) | 1) << 6;
  f.scale2 = <f32>(<f64>scale * 1.4426950408889634); f.scale = scale; f.log2 = 0.6931471805599453; f.one = 1;
  f.q = scratch + 256;
  f.y = f.q + rows * f.ds;
  f.r = f.y + rows * f.vs;
  f.e = f.r + (R << 2);
  f.keys = f.e + rows * f.ss;
  f.values = f.keys + ((up8(S) * D) << 2);
  return f.values + ((max(up8(S) * V, <usize>S * up8(V))) << 2);
}

/** The buffers of the backward pass, behind the others; returns where they end. */
function backwardFrame(f: Frame, at: usize): usize {
  const rows = <usize>min(R, padded(f.T));
  f.dq = at;
  f.g = f.dq + rows * f.ds;
  f.keyRows = f.g + rows * f.ss;
  f.dk = f.keyRows + ((<usize>f.S * up8(f.D)) << 2);
  f.dv = f.dk + up8(f.S) * f.ds;
  return f.dv + up8(f.S) * f.vs;
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

/** One query: keys and values are read where they stand. */
function decode(f: Frame, q: usize, k: usize, ks: usize, v: usize, vs: usize, y: usize): void {
  gather(1, f.D, q, 0, f.q, scale2(f), 0);
  const from = max(0, f.S - f.window), n = f.S - from;
  rowT(n, f.D, f.q, 4, k + <usize>from * ks, ks, f.e, false);
  const r = weigh(n, f.e);
  row(f.V, n, f.e, 4, v + <usize>from * vs, vs, y, false);
  scaleRow(f.V, y, r);
}

/**
 * Key/value heads from..to of all B HKV, each with its query heads. Of the S keys the first `unseen` are out of every query's
 * reach.
 */
export function forward(
  from: i32, to: i32, T: i32, S: i32, H: i32, HKV: i32, D: i32, V: i32, window: i32, unseen: i32, scale: f32,
  q: usize, k: usize, v: usize, y: usize, scratch: usize,
): void {
  const f = changetype<Frame>(scratch), G = H / HKV;
  frame(T, S - unseen, D, V, window, scale, scratch);
  const qs = <usize>(H * D) << 2, ks = <usize>(HKV * D) << 2, vs = <usize>(HKV * V) << 2, ys = <usize>(H * V) << 2;
  for (let i = from; i < to; i++) {
    const b = i / HKV, g = i % HKV, head = b * T * H + g * G, key = (b * S + unseen) * HKV + g;
    const kat = k + (<usize>(key * D) << 2), vat = v + (<usize>(key * V) << 2);
    if (T > 1) {
      packB(D, f.S, kat, 1, HKV * D, f.keys);
      packB(f.S, V, vat, HKV * V, 1, f.values);
    }
    for (let h = head; h < head + G; h++) {
      const qat = q + (<usize>(h * D) << 2), yat = y + (<usize>(h * V) << 2);
      if (T == 1) {
        decode(f, qat, kat, ks, vat, vs, yat);
        continue;
      }
      for (let t = 0; t < T; t += R) {
        block(f, t);
        gather(f.m, D, qat + <usize>t * qs, qs, f.q, scale2(f), 0);
        scores(f, D, f.q, f.ds, f.keys, f.e);
        weights(f);
        combine(f, f.vp, f.e, f.values, f.y);
        scatter(f.m, V, f.y, yat + <usize>t * ys, ys, f.r, 4);
      }
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

/** A gradient of S rows, `unseen` of them zeros. */
function scatterKeys(f: Frame, n: i32, unseen: i32, from: usize, to: usize, step: usize, factor: usize): void {
  for (let s = 0; s < unseen; s++) {
    fill(n, 0, to);
    to += step;
  }
  scatter(f.S, n, from, to, step, changetype<usize>(f) + factor, 0);
}

export function backward(
  from: i32, to: i32, T: i32, S: i32, H: i32, HKV: i32, D: i32, V: i32, window: i32, unseen: i32, scale: f32,
  dy: usize, q: usize, k: usize, v: usize, dq: usize, dk: usize, dv: usize, scratch: usize,
): void {
  const f = changetype<Frame>(scratch), G = H / HKV;
  const end = backwardFrame(f, frame(T, S - unseen, D, V, window, scale, scratch));
  const qs = <usize>(H * D) << 2, ks = <usize>(HKV * D) << 2, vs = <usize>(HKV * V) << 2, ys = <usize>(H * V) << 2;
  for (let i = from; i < to; i++) {
    const b = i / HKV, g = i % HKV, head = b * T * H + g * G, key = b * S * HKV + g;
    const kat = <usize>(key * D) << 2, vat = <usize>(key * V) << 2, skipped = unseen * HKV;
    packB(D, f.S, k + kat + (<usize>(skipped * D) << 2), 1, HKV * D, f.keys);
    packB(f.S, D, k + kat + (<usize>(skipped * D) << 2), HKV * D, 1, f.keyRows);
    packB(V, f.S, v + vat + (<usize>(skipped * V) << 2), 1, HKV * V, f.values);
    clear(f.dk, end);
    for (let h = head; h < head + G; h++) {
      const qat = <usize>(h * D) << 2, yat = <usize>(h * V) << 2;
      for (let t = 0; t < T; t += R) backwardBlock(f, t, q + qat, dq + qat, qs, dy + yat, ys);
    }
    scatterKeys(f, D, unseen, f.dk, dk + kat, ks, offsetof<Frame>('log2'));
    scatterKeys(f, V, unseen, f.dv, dv + vat, vs, offsetof<Frame>('one'));
  }
}

/** Bytes of scratch that `forward` and `backward` want; S and window are those of the keys that are seen. */
export function forwardScratch(T: i32, S: i32, D: i32, V: i32, window: i32, scratch: usize): usize {
  return frame(T, S, D, V, window, 1, scratch) - scratch;
}

export function backwardScratch(T: i32, S: i32, D: i32, V: i32, window: i32, scratch: usize): usize {
  return backwardFrame(changetype<Frame>(scratch), frame(T, S, D, V, window, 1, scratch)) - scratch;
}

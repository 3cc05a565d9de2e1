// The gated delta rule, forward and backward, head by head: sequences chunk after chunk, with the state in scratch.
import { copy } from '../../wasm/assembly/lib/copy';
import { C, loadState, storeState } from './lib/chunk';
import { advance, chunk, chunkBytes, correct, frame, frameBytes, head } from './lib/delta';
import { back, backBytes, backward as chunkBackward } from './lib/delta-backward';
import { forward as chunkForward, token } from './lib/delta-forward';

/** Bytes of scratch that `forward` and `backward` want. In f64: more than 32 bits hold is refused, not taken for less. */
export function forwardScratch(K: i32, V: i32): f64 {
  return frameBytes(K, V) + chunkBytes(K, V);
}

export function backwardScratch(T: i32, K: i32, V: i32): f64 {
  return frameBytes(K, V) + backBytes(K, V) + <f64>((T + C - 1) / C) * chunkBytes(K, V);
}

/** Value heads from..to of all B HV. g and h0 may be 0. */
export function forward(
  from: i32, to: i32, T: i32, H: i32, HV: i32, K: i32, V: i32, scale: f32,
  q: usize, k: usize, v: usize, g: usize, beta: usize, h0: usize, y: usize, state: usize, scratch: usize,
): void {
  const f = frame(T, H, HV, K, V, scratch), size = <usize>(K * V) << 2;
  chunk(f, scratch + <usize>frameBytes(K, V));
  for (let i = from; i < to; i++) {
    head(f, i / HV, i % HV, q, k, v, g, beta);
    const out = y + (f.v - v), own = state + <usize>i * size, before = h0 ? h0 + <usize>i * size : 0;
    if (T == 1) {
      token(f, scale, before, out, own);
      continue;
    }
    loadState(K, V, before, f.s);
    for (let t = 0; t < T; t += C) chunkForward(f, t, scale, out);
    storeState(K, V, f.s, own);
  }
}

/** Key heads from..to of all B H, each with its value heads. g, h0 and their gradients may be absent together. */
export function backward(
  from: i32, to: i32, T: i32, H: i32, HV: i32, K: i32, V: i32, scale: f32, dy: usize, dstate: usize,
  q: usize, k: usize, v: usize, g: usize, beta: usize, h0: usize,
  dq: usize, dk: usize, dv: usize, dg: usize, dbeta: usize, dh0: usize, scratch: usize,
): void {
  const f = frame(T, H, HV, K, V, scratch), b = back(f, scratch + <usize>frameBytes(K, V));
  const first = changetype<usize>(b) + <usize>backBytes(K, V), record = <usize>chunkBytes(K, V), size = <usize>(K * V) << 2;
  const each = HV / H;
  b.scale = scale;
  for (let i = from * each; i < to * each; i++) {
    head(f, i / HV, i % HV, q, k, v, g, beta);
    b.add = i % each > 0;
    b.dy = dy + (f.v - v); b.dq = dq + (f.q - q); b.dk = dk + (f.k - k); b.dv = dv + (f.v - v);
    b.dbeta = dbeta + (f.beta - beta); b.dg = dg + (f.beta - beta);
    let at = first, t = 0;
    loadState(K, V, h0 ? h0 + <usize>i * size : 0, at);
    for (; ; t += C) {
      chunk(f, at);
      correct(f, t);
      if (t + C >= T) break;
      at += record;
      copy(f.kp * f.vp, f.s, at);
      advance(f, at);
    }
    loadState(K, V, dstate + <usize>i * size, b.ds);
    for (; t >= 0; t -= C) {
      chunk(f, at);
      chunkBackward(f, b, t);
      at -= record;
    }
    if (h0) storeState(K, V, b.ds, dh0 + <usize>i * size);
  }
}

// The gated delta rule, forward and backward, head by head: sequences chunk after chunk, with the state in scratch.
import { copy } from '../../wasm/assembly/lib/copy';
import { clearGap } from '../../wasm/assembly/lib/ranges';
import { pieces } from '../../wasm/assembly/lib/units';
import { C, loadState, storeState } from './lib/chunk';
import { columns, sequence, take } from './lib/frame';
import { advance, chunk, chunkBytes, correct, frame, frameBytes, head } from './lib/delta';
import { back, backBytes, backward as chunkBackward } from './lib/delta-backward';
import { forward as chunkForward, token } from './lib/delta-forward';

export { forwardUnits } from './lib/frame';

/** Bytes of scratch that `forward` and `backward` want, for sequences of up to T tokens. In f64: more than 32 bits hold is refused, not taken for less. */
export function forwardScratch(heads: i32, K: i32, V: i32): f64 {
  const most = columns(heads, V);
  return frameBytes(K, most) + chunkBytes(K, most);
}

export function backwardScratch(T: i32, K: i32, V: i32): f64 {
  return frameBytes(K, V) + backBytes(K, V) + <f64>((T + C - 1) / C) * chunkBytes(K, V);
}

/** Units from..to: columns of the value heads of all n HV. g, h0 and ranges may be 0. */
export function forward(
  from: i32, to: i32, n: i32, P: i32, H: i32, HV: i32, K: i32, V: i32, scale: f32,
  q: usize, k: usize, v: usize, g: usize, beta: usize, h0: usize, ranges: usize, y: usize, state: usize, scratch: usize,
): void {
  const most = columns(n * HV, V), each = pieces(V, most), size = <usize>(K * V) << 2;
  const f = frame(H, HV, K, V, most, scratch);
  chunk(f, scratch + <usize>frameBytes(K, most));
  for (let unit = from; unit < to; unit++) {
    const i = unit / each, c = (unit % each) * most, at = <usize>i * size + (<usize>c << 2);
    const s = i / HV, j = i % HV;
    head(f, sequence(f, ranges, s, n, P), j, q, k, v, g, beta);
    take(f, V, most, c);
    clearGap(ranges, s, n, P, f.V, y + (<usize>(j * V + c) << 2), f.vstep);
    const out = y + (f.v - v), own = state + at, before = h0 ? h0 + at : 0;
    if (f.T == 1) {
      token(f, scale, before, out, own);
      continue;
    }
    loadState(K, f.V, before, f.row, f.s);
    for (let t = 0; t < f.T; t += C) chunkForward(f, t, scale, out);
    storeState(K, f.V, f.s, own, f.row);
  }
}

/** Key heads from..to of all n H, each with its value heads. g, h0 and their gradients may be absent together, and ranges. */
export function backward(
  from: i32, to: i32, n: i32, P: i32, H: i32, HV: i32, K: i32, V: i32, scale: f32, dy: usize, dstate: usize,
  q: usize, k: usize, v: usize, g: usize, beta: usize, h0: usize, ranges: usize,
  dq: usize, dk: usize, dv: usize, dg: usize, dbeta: usize, dh0: usize, scratch: usize,
): void {
  const f = frame(H, HV, K, V, V, scratch), b = back(f, scratch + <usize>frameBytes(K, V));
  const first = changetype<usize>(b) + <usize>backBytes(K, V), record = <usize>chunkBytes(K, V), size = <usize>(K * V) << 2;
  const each = HV / H;
  b.scale = scale;
  for (let i = from * each; i < to * each; i++) {
    const s = i / HV, j = i % HV, key = <usize>(j / each * K) << 2;
    head(f, sequence(f, ranges, s, n, P), j, q, k, v, g, beta);
    b.add = j % each > 0;
    if (!b.add) {
      clearGap(ranges, s, n, P, K, dq + key, f.qstep);
      clearGap(ranges, s, n, P, K, dk + key, f.qstep);
    }
    clearGap(ranges, s, n, P, V, dv + (<usize>(j * V) << 2), f.vstep);
    if (g) clearGap(ranges, s, n, P, 1, dg + (<usize>j << 2), f.gstep);
    clearGap(ranges, s, n, P, 1, dbeta + (<usize>j << 2), f.gstep);
    if (f.T == 0) {
      if (h0) copy(K * V, dstate + <usize>i * size, dh0 + <usize>i * size);
      continue;
    }
    b.dy = dy + (f.v - v); b.dq = dq + (f.q - q); b.dk = dk + (f.k - k); b.dv = dv + (f.v - v);
    b.dbeta = dbeta + (f.beta - beta); b.dg = dg + (f.beta - beta);
    let at = first, t = 0;
    loadState(K, V, h0 ? h0 + <usize>i * size : 0, f.row, at);
    for (; ; t += C) {
      chunk(f, at);
      correct(f, t, scale);
      if (t + C >= f.T) break;
      at += record;
      copy(f.kp * f.vp, f.s, at);
      advance(f, at);
    }
    loadState(K, V, dstate + <usize>i * size, f.row, b.ds);
    for (; t >= 0; t -= C) {
      chunk(f, at);
      chunkBackward(f, b, t);
      at -= record;
    }
    if (h0) storeState(K, V, b.ds, dh0 + <usize>i * size, f.row);
  }
}

// Outer products under one decay per head, forward and backward: sequences chunk after chunk, with the state in scratch.
import { copy } from '../../wasm/assembly/lib/copy';
import { clearGap } from '../../wasm/assembly/lib/ranges';
import { pieces } from '../../wasm/assembly/lib/units';
import { C, loadState, storeState } from './lib/chunk';
import { advance, forward as chunkForward, frame, frameBytes, head, read, stateBytes, token } from './lib/decay';
import { back, backBytes, backward as chunkBackward } from './lib/decay-backward';
import { columns, sequence, take } from './lib/frame';

export { forwardUnits } from './lib/frame';

/** Bytes of scratch that `forward` and `backward` want, for sequences of up to T tokens. In f64: more than 32 bits hold is refused, not taken for less. */
export function forwardScratch(heads: i32, K: i32, V: i32): f64 {
  const most = columns(heads, V);
  return frameBytes(K, most) + stateBytes(K, most);
}

export function backwardScratch(T: i32, K: i32, V: i32): f64 {
  return frameBytes(K, V) + backBytes(K, V) + <f64>((T + C - 1) / C) * stateBytes(K, V);
}

/** Units from..to: columns of the heads of all n H. With `constant`, g is [H]. h0 and ranges may be 0. */
export function forward(
  from: i32, to: i32, n: i32, P: i32, H: i32, K: i32, V: i32, constant: bool, scale: f32,
  q: usize, k: usize, v: usize, g: usize, h0: usize, ranges: usize, y: usize, state: usize, scratch: usize,
): void {
  const most = columns(n * H, V), each = pieces(V, most), size = <usize>(K * V) << 2;
  const f = frame(H, K, V, most, constant, scale, scratch);
  f.s = scratch + <usize>frameBytes(K, most);
  for (let unit = from; unit < to; unit++) {
    const i = unit / each, c = (unit % each) * most, at = <usize>i * size + (<usize>c << 2);
    const s = i / H, h = i % H;
    head(f, H, sequence(f, ranges, s, n, P), h, q, k, v, g);
    take(f, V, most, c);
    clearGap(ranges, s, n, P, f.V, y + (<usize>(h * V + c) << 2), f.vstep);
    const out = y + (f.v - v), own = state + at, before = h0 ? h0 + at : 0;
    if (f.T == 1) {
      token(f, before, out, own);
      continue;
    }
    loadState(K, f.V, before, f.row, f.s);
    for (let t = 0; t < f.T; t += C) chunkForward(f, t, out);
    storeState(K, f.V, f.s, own, f.row);
  }
}

/** The same, backward. dg is 0 where it is not wanted, and always with `constant`; h0 and dh0 may be absent together. */
export function backward(
  from: i32, to: i32, n: i32, P: i32, H: i32, K: i32, V: i32, constant: bool, scale: f32,
  dy: usize, dstate: usize, q: usize, k: usize, v: usize, g: usize, h0: usize, ranges: usize,
  dq: usize, dk: usize, dv: usize, dg: usize, dh0: usize, scratch: usize,
): void {
  const f = frame(H, K, V, V, constant, scale, scratch), b = back(f, scratch + <usize>frameBytes(K, V));
  const first = changetype<usize>(b) + <usize>backBytes(K, V), record = <usize>stateBytes(K, V), size = <usize>(K * V) << 2;
  for (let i = from; i < to; i++) {
    const s = i / H, h = i % H, key = <usize>(h * K) << 2;
    head(f, H, sequence(f, ranges, s, n, P), h, q, k, v, g);
    clearGap(ranges, s, n, P, K, dq + key, f.qstep);
    clearGap(ranges, s, n, P, K, dk + key, f.qstep);
    clearGap(ranges, s, n, P, V, dv + (<usize>(h * V) << 2), f.vstep);
    if (dg) clearGap(ranges, s, n, P, 1, dg + (<usize>h << 2), f.gstep);
    if (f.T == 0) {
      if (h0) copy(K * V, dstate + <usize>i * size, dh0 + <usize>i * size);
      continue;
    }
    b.dy = dy + (f.v - v); b.dq = dq + (f.q - q); b.dk = dk + (f.k - k); b.dv = dv + (f.v - v);
    b.dg = dg ? dg + (f.g - g) : 0;
    f.s = first;
    loadState(K, V, h0 ? h0 + <usize>i * size : 0, f.row, f.s);
    let t = 0;
    for (; t + C < f.T; t += C) {
      read(f, t);
      copy(f.kp * f.vp, f.s, f.s + record);
      f.s += record;
      advance(f, f.s);
    }
    loadState(K, V, dstate + <usize>i * size, f.row, b.ds);
    for (; t >= 0; t -= C) {
      chunkBackward(f, b, t);
      f.s -= record;
    }
    if (h0) storeState(K, V, b.ds, dh0 + <usize>i * size, f.row);
  }
}

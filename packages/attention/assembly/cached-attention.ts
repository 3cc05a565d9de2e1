// Softmax attention of one query over a ring of keys and values: decoding.
import { fill } from '../../wasm/assembly/lib/copy';
import { padded } from '../../wasm/assembly/lib/padded';
import { decode } from './lib/decode';
import { inPowersOf2 } from './lib/weights';

/** Bytes of scratch that `forward` wants. */
export function forwardScratch(C: i32, D: i32): f64 {
  return 4 * (<f64>padded(D) + <f64>padded(C));
}

/** Heads from..to of all B H. The query stands at the position that `position` points at; below 0 it sees nothing, and y is NaN. */
export function forward(
  from: i32, to: i32, C: i32, H: i32, HKV: i32, D: i32, V: i32, scale: f32,
  q: usize, k: usize, v: usize, position: usize, y: usize, scratch: usize,
): void {
  const at = load<i32>(position), full = at >= C, n = full ? C : at + 1, oldest = full ? (at % C + 1) % C : 0;
  const ks = <usize>(HKV * D) << 2, vs = <usize>(HKV * V) << 2;
  for (let i = from; i < to; i++) {
    const key = i / H * C * HKV + i % H / (H / HKV), out = y + (<usize>(i * V) << 2);
    if (at < 0) {
      fill(V, NaN, out);
      continue;
    }
    const kat = k + (<usize>(key * D) << 2), vat = v + (<usize>(key * V) << 2);
    const qat = q + (<usize>(i * D) << 2);
    decode(n, oldest, C, 0, 1, 1, D, V, inPowersOf2(scale), qat, kat, vat, kat, vat, ks, vs, out, scratch);
  }
}

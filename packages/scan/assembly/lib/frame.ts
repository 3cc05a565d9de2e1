// What every frame starts with: the sizes of a call, and one head's inputs; and every pass backward: its gradients and states.
import { beginOf, endOf } from '../../../wasm/assembly/lib/ranges';
import { pieces } from '../../../wasm/assembly/lib/units';
import { padded } from './chunk';

/** Lives in scratch: nothing is allocated. Rows are padded. */
@unmanaged
export class HeadFrame {
  /** Tokens of the sequence. */
  T: i32;
  K: i32;
  V: i32;
  /** Floats to a padded row, and bytes. */
  kp: i32;
  vp: i32;
  ks: usize;
  vs: usize;
  /** Bytes of all values of a head, which are the row of a state. */
  row: usize;
  /** Bytes from a token to the next: of q and k, of v, of g. */
  qstep: usize;
  vstep: usize;
  gstep: usize;
  /** The head at its first token. */
  q: usize;
  k: usize;
  v: usize;
  g: usize;
}

/**
 * Columns of a state that one unit of a forward pass takes: they do not meet, so that one or two heads are units enough for several
 * workers. More are not cut: what happens within a chunk is done again for each of the units.
 */
export function columns(heads: i32, V: i32): i32 {
  return heads > 2 ? V : min(V, max(32, pieces(V * heads, 6 * 16) * 16));
}

/** Units of a forward pass over all heads of all sequences. */
export function forwardUnits(heads: i32, V: i32): i32 {
  return heads * pieces(V, columns(heads, V));
}

/** Takes the columns of V from c on, of the most that the frame was measured for. */
@inline
export function take(f: HeadFrame, V: i32, most: i32, c: i32): void {
  f.V = min(most, V - c); f.vp = padded(f.V); f.vs = <usize>f.vp << 2;
  f.v += <usize>c << 2;
}

/** Sizes and steps, of H key heads and HV value heads, of whose V values up to `most` are taken, with `gates` gates to a token. */
@inline
export function measure(f: HeadFrame, H: i32, HV: i32, K: i32, V: i32, most: i32, gates: i32): void {
  f.K = K; f.V = most; f.row = <usize>V << 2;
  f.kp = padded(K); f.vp = padded(most);
  f.ks = <usize>f.kp << 2; f.vs = <usize>f.vp << 2;
  f.qstep = <usize>(H * K) << 2; f.vstep = <usize>(HV * V) << 2; f.gstep = <usize>gates << 2;
}

/** Takes sequence s of n in P positions, of which the frame then knows the length; returns the position at which it begins. */
@inline
export function sequence(f: HeadFrame, ranges: usize, s: i32, n: i32, P: i32): i32 {
  const T = P / n, begin = beginOf(ranges, s, T, P);
  f.T = endOf(ranges, s, T, P) - begin;
  return begin;
}

/** This head's outputs of the backward pass at its first token, and the states that it needs. */
@unmanaged
export class HeadBack {
  dy: usize;
  dq: usize;
  dk: usize;
  dv: usize;
  dg: usize;
  /** Gradient of the state after the chunk, then before it [K,V]; it and the state transposed [V,K]. */
  ds: usize;
  dst: usize;
  st: usize;
}

/** Lays out the states from `at` on; returns where they end. */
@inline
export function states(f: HeadFrame, b: HeadBack, at: usize): usize {
  const state = f.ks * f.vp;
  b.ds = at; b.dst = at + state; b.st = b.dst + state;
  return b.st + state;
}

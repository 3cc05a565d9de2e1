// The ways in and out of a linear mixer: short convolutions and their states behind projections; norm, gate and projection.
import { type Tensor, zeros } from '@twilljs/tensor';
import { type RMSNorm, ShortConv } from './layers.ts';
import type { Linear } from './linear/layer.ts';
import type { Sequences, State } from './mixer.ts';
import { type OfThree, shortConvs, silu } from './ops.ts';

/**
 * A projection's short convolution with its activation; without a convolution the activation alone.
 *
 * @param x [B,T,O], the projection.
 * @param state what the convolution remembers [n,W-1,O]; absent before the first token.
 * @param at where the sequences lie.
 * @returns y [B,T,O], and the convolution's next state as an entry to spread into the mixer's, under `name`.
 */
export function convolve(
  name: string,
  x: Tensor,
  conv: ShortConv | null,
  activation: 'silu' | null,
  state: State | undefined,
  at?: Sequences,
): { y: Tensor; state: State } {
  if (!conv) return { y: activation === 'silu' ? silu(x) : x, state: {} };
  const next = conv.forward(x, (state?.[name] as Tensor | undefined) ?? null, at?.ranges);
  return { y: next.y, state: { [name]: next.state } };
}

/** What `convolve` takes of one projection. */
type Convolved = readonly [name: string, x: Tensor, conv: ShortConv | null, activation: 'silu' | null];

/**
 * The short convolutions of queries, keys and values, or what stands in their places: one op where all are there with filters of one
 * size, else `convolve` of each, with the same bits.
 *
 * @returns ys [B,T,O], and all next states as entries to spread into the mixer's.
 */
export function convolveThree(
  given: OfThree<Convolved>,
  state: State | undefined,
  at?: Sequences,
): { ys: OfThree<Tensor>; states: State } {
  const convs = given.map(([, , conv]) => conv);
  const isOne = (conv: ShortConv | null) =>
    conv?.forward === ShortConv.prototype.forward && conv.weight.shape[2] === convs[0]!.weight.shape[2];
  const each = <R>(of: (one: Convolved, i: 0 | 1 | 2) => R): OfThree<R> => [
    of(given[0], 0),
    of(given[1], 1),
    of(given[2], 2),
  ];
  if (!convs.every(isOne)) {
    const made = each(([name, x, conv, activation]) => convolve(name, x, conv, activation, state, at));
    return { ys: each((_, i) => made[i].y), states: Object.assign({}, ...made.map(({ state }) => state)) };
  }
  const { ys, states } = shortConvs(
    each(([, x]) => x),
    each(([, , conv]) => conv!.filters),
    state ? each(([name]) => state[name] as Tensor) : null,
    each(([, , conv]) => conv!.activation),
    at?.ranges,
  );
  return { ys, states: Object.fromEntries(given.map(([name], i) => [name, states[i]])) };
}

/** The short convolutions that a mixer has, by the names of their states: `q_conv` of its field `q_conv1d`. */
function convolutions(mixer: object): [name: string, conv: ShortConv][] {
  return Object.entries(mixer).flatMap(([field, conv]) =>
    conv instanceof ShortConv ? [[field.replace('1d', ''), conv] as [string, ShortConv]] : [],
  );
}

/** Zero states of a mixer's short convolutions, as entries to spread into its own. */
export function convStates(batch: number, mixer: object): State {
  const zero = ({ weight }: ShortConv) => {
    const [width, , size] = weight.shape;
    return zeros([batch, size - 1, width], { device: weight.device });
  };
  return Object.fromEntries(convolutions(mixer).map(([name, conv]) => [name, zero(conv)]));
}

/** Numbers that a mixer's short convolutions keep per sequence. */
export function convStateSize(mixer: object): number {
  return convolutions(mixer).reduce((n, [, conv]) => n + conv.stateSize, 0);
}

/**
 * The way out of a linear mixer: each head's output normed, gated where there is a gate, and projected.
 *
 * @param o [B,T,H,V]
 * @param gate [B,T,H*V], or null.
 * @returns [B,T,D]
 */
export function readOut(o: Tensor, gate: Tensor | null, norm: RMSNorm, proj: Linear): Tensor {
  const [B, T, H, V] = o.shape;
  const normed = gate ? norm.gated(o, gate.reshape(o.shape)) : norm.forward(o);
  return proj.forward(normed.reshape([B, T, H * V]));
}

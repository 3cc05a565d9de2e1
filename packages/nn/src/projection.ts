// A projection with its short convolution: how every linear mixer makes its q, k, v and gates.
import { type Tensor, zeros } from '@twilljs/tensor';
import type { Linear, ShortConv } from './layers.ts';
import type { State } from './mixer.ts';
import { silu } from './ops.ts';

/**
 * x -> projection -> short convolution with its activation; without a convolution the activation alone.
 *
 * @param x [B,T,D]
 * @param state what the convolution remembers [B,W-1,O]; absent before the first token.
 * @returns y [B,T,O], and the convolution's next state as an entry to spread into the mixer's, under `name`.
 */
export function project(
  name: string,
  proj: Linear,
  conv: ShortConv | null,
  activation: 'silu' | null,
  x: Tensor,
  state: State | undefined,
): { y: Tensor; state: State } {
  const y = proj.forward(x);
  if (!conv) return { y: activation === 'silu' ? silu(y) : y, state: {} };
  const next = conv.forward(y, (state?.[name] as Tensor | undefined) ?? null);
  return { y: next.y, state: { [name]: next.state } };
}

/** Zero states of the convolutions that are there, by name. */
export function convStates(batch: number, convs: Readonly<Record<string, ShortConv | null>>): State {
  const states: Record<string, Tensor> = {};
  for (const [name, conv] of Object.entries(convs)) {
    if (!conv) continue;
    const [width, , size] = conv.weight.shape;
    states[name] = zeros([batch, size - 1, width], { device: conv.weight.device });
  }
  return states;
}

/** Numbers that the convolutions keep per sequence. */
export function convStateSize(convs: readonly (ShortConv | null)[]): number {
  return convs.reduce((n, conv) => n + (conv?.stateSize ?? 0), 0);
}

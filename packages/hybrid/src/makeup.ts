// What the state of a mixer is made of: known from its first one, before any token.
import type { Mixer, State } from '@twilljs/nn';
import { type Shape, type Spec, scope, size, untracked } from '@twilljs/tensor';

/** An entry of a state: a number as it is, a tensor as its type and shape. */
export type Entry = number | Spec;
export type Entries = Readonly<Record<string, Entry>>;

export interface Makeup {
  /** The first state of one sequence. An axis that is empty grows with the tokens. */
  readonly entries: Entries;
  /** Length of that axis after so many tokens; 0 where there is none. */
  rows(tokens: number): number;
}

export const entriesOf = (state: State): Entries =>
  Object.fromEntries(
    Object.entries(state).map(([name, v]) => [name, typeof v === 'number' ? v : { dtype: v.dtype, shape: v.shape }]),
  );

export function makeupOf(mixer: Mixer): Makeup {
  const entries = untracked(() => scope(() => entriesOf(mixer.init(1))));
  const shapes = Object.values(entries).flatMap((entry) => (typeof entry === 'number' ? [] : [entry.shape]));
  const per = (shape: Shape) => size(shape.map((n) => n || 1));
  const fixed = shapes.reduce((n, shape) => n + size(shape), 0);
  const perToken = shapes.reduce((n, shape) => n + (size(shape) === 0 ? per(shape) : 0), 0);
  return { entries, rows: (tokens) => (perToken === 0 ? 0 : (mixer.stateSize(tokens) - fixed) / perToken) };
}

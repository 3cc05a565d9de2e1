// The suite of needles: what a model finds again, by where it stands.
import type { Suite } from '../../benchmarks/benchmark.ts';
import type { GridOptions } from './grid.ts';
import { needleInText } from './own-text.ts';
import { passkeyGrid } from './passkey.ts';
import { phonebook } from './phonebook.ts';

/** Options of all benchmarks with needles. */
export interface NeedlesOptions extends Pick<GridOptions, 'lengths' | 'seed'> {
  /** A haystack of one's own. */
  readonly text?: string | undefined;
}

/** The passkey, a needle in a text of one's own, and the phone book; they have no figure in common. */
export function needlesSuite({ text, ...grid }: NeedlesOptions = {}): Suite {
  const { seed } = grid;
  return {
    name: 'needles',
    title: 'What is found again, by where it stands',
    members: [passkeyGrid(grid), needleInText({ ...grid, text }), phonebook({ seed })],
    aggregate: null,
  };
}

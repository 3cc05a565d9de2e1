// The passkey: a number among sentences that repeat, at every depth.
import { knownOnly } from '@twilljs/tensor';
import type { Benchmark } from '../../benchmarks/benchmark.ts';
import { framed, magic, NOISE, needleOf } from '../ruler/needles.ts';
import { ownWords, type WordLists } from '../ruler/words.ts';
import { GRID_NAMES, type GridOptions, gridBenchmark } from './grid.ts';

/** Options of the pass key. */
export interface PasskeyOptions extends GridOptions {
  /** Default: Twill's own. */
  readonly words?: WordLists;
}

/** The prompt of RULER's first task, with the needle where it is wanted. `depthGrid` of its result is a heat map. */
export function passkeyGrid(options: PasskeyOptions = {}): Benchmark {
  knownOnly('passkeyGrid', options, [...GRID_NAMES, 'words']);
  const key = magic('words', options.words ?? ownWords);
  const number = magic('numbers', ownWords);
  return gridBenchmark(
    {
      ...facts,
      write: (lines, place, draws) => {
        const [name, value] = [key(draws), number(draws)];
        const text = Array.from({ length: lines }, () => NOISE);
        text.splice(place, 0, needleOf('numbers', name, value));
        return { ...framed('numbers', 1, text.join('\n'), name), outputs: [value] };
      },
    },
    options,
  );
}

const facts = {
  name: 'passkey',
  title: 'Passkey by length and depth',
  source:
    'Mohtashami & Jaggi 2023, https://arxiv.org/abs/2305.16300; Hsieh et al. 2024, https://arxiv.org/abs/2404.06654',
  haystack: 'noise',
  match: 'all' as const,
  pieces: Infinity,
  file: null,
  notes: [],
};

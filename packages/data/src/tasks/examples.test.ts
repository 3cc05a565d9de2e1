// A training set of so many rows, and what no generator can make: said at once, or after a few draws, never looked for without end.
import { rng } from '@twilljs/tensor';
import { expect, it } from 'vitest';
import {
  circuits,
  compositionalMqar,
  compression,
  forgettingMqar,
  formalParity,
  fuzzyRecall,
  group,
  madRecall,
  memorization,
  modularArithmetic,
  modularArithmeticBrackets,
  ngramLookup,
  selectiveCopying,
  stringCopying,
  wordProblem,
  zoologyMqar,
} from '../index.ts';

const source = rng(1);

it('shows each of its rows once an epoch, in another order every time', () => {
  const task = wordProblem({ group: 'Z6', length: 12, examples: 10, batch: 4, source });
  const rows = Array.from({ length: 10 }, (_, step) => task.batch(step)).flatMap(({ inputs }) =>
    [0, 1, 2, 3].map((row) => inputs.subarray(row * 12, (row + 1) * 12).join()),
  );
  const epochs = [0, 10, 20, 30].map((at) => rows.slice(at, at + 10));
  for (const epoch of epochs) expect(new Set(epoch)).toEqual(new Set(epochs[0]));
  expect(new Set(rows).size).toBe(10);
  expect(epochs[1]).not.toEqual(epochs[0]);
  const again = wordProblem({ group: 'Z6', length: 12, examples: 10, batch: 4, source });
  expect(again.batch(9)).toEqual(task.batch(9)); // whatever was read before
  const fresh = wordProblem({ group: 'Z6', length: 12, batch: 4, source });
  expect(fresh.batch(9)).not.toEqual(task.batch(9));
  expect(fresh.evaluation(5, 12)).toEqual(task.evaluation(5, 12));
  expect(zoologyMqar({ length: 16, vocab: 32, pairs: 2, batch: 3, examples: 3, source }).batch(1).inputs.length).toBe(
    48,
  );
});

it.each<[string, () => unknown, string]>([
  [
    'pairs and updates',
    () => forgettingMqar({ length: 20, pairs: 4, source }),
    'and 8 tokens of updates take 24 tokens',
  ],
  ['more updates than pairs', () => forgettingMqar({ length: 64, pairs: 2, source }), 'updates = 4 is more than the 2'],
  ['no square', () => compositionalMqar({ length: 64, pairs: 5, source }), 'pairs = 5 is no square; give 4'],
  [
    'a square too large',
    () => compositionalMqar({ length: 48, pairs: 9, source }),
    '9 pairs and a query for each take 54',
  ],
  [
    'a vocabulary of too few',
    () => compositionalMqar({ length: 20, pairs: 1, vocab: 6, source }),
    'vocab = 6 is not above',
  ],
  ['too few first tokens', () => compositionalMqar({ length: 24, pairs: 4, vocab: 7, source }), 'a larger vocab'],
  ['noise without ids', () => madRecall({ noise: 0.2, source }), 'noise is 0.2 and noiseVocab is 0'],
  ['noise alone', () => madRecall({ noiseVocab: 14, noise: 1, source }), 'leaves fewer than two keys'],
  ['odd rows of pairs', () => madRecall({ length: 31, source }), 'length = 31 is odd'],
  ['queries of a third kind', () => madRecall({ queries: 'all' as never, source }), 'queries is "all"; give \'many\''],
  ['motifs of too many ids', () => fuzzyRecall({ vocab: 6, source }), 'motifs of 3 and 3 distinct tokens'],
  ['motifs too long', () => fuzzyRecall({ length: 10, source }), 'give at least 11'],
  ['too much to copy', () => selectiveCopying({ length: 32, source }), 'take 33, and length is 32'],
  ['a group that is none', () => group('D4'), 'group: "D4" is none; give S5'],
  ['too large a group', () => group('S7'), 'S7 has more than 1024 elements'],
  ['swaps of even permutations', () => wordProblem({ group: 'A5', elements: 'swaps', source }), 'only the identity'],
  ['swaps of residues', () => wordProblem({ group: 'Z6', elements: 'swaps', source }), 'is no group of permutations'],
  [
    'elements that are none',
    () => wordProblem({ elements: 'four' as never, source }),
    "give 'all', 'swaps' or 'three'",
  ],
  [
    'a circuit that is none',
    () => circuits({ circuit: 'nand' as never, source }),
    'circuit is "nand" where one of parity,',
  ],
  ['a sequence without a question', () => formalParity({ length: 2, source }), 'length is 2'],
  [
    'shortest above longest',
    () => modularArithmetic({ length: 9, shortest: 11, source }),
    'shortest = 11 is more than',
  ],
  ['brackets around nothing', () => modularArithmeticBrackets({ shortest: 4, source }), 'shortest is 4'],
  ['an alphabet of one', () => stringCopying({ alphabet: 1, source }), 'alphabet is 1'],
  ['a key longer than the string', () => ngramLookup({ length: 5, source }), 'do not fit in length = 5'],
  ['a side that is none', () => ngramLookup({ key: 'infix' as never, source }), 'key is "infix"'],
  ['nothing to compress', () => compression({ length: 1, source }), 'length is 1'],
  ['one token to compress', () => compression({ vocab: 2, source }), 'vocab is 2'],
  ['no examples', () => memorization({ examples: 0, source }), 'examples is 0'],
  ['no whole map', () => memorization({ map: -1, source }), 'map is -1'],
])('refuses what never fits: %s', (_, make, message) => {
  expect(make).toThrow(message);
});

it('says that no string has a key that stands once, instead of drawing for ever', () => {
  const task = ngramLookup({ length: 200, alphabet: 2, gram: 1, answer: 1, source });
  expect(() => task.evaluation(1, 200)).toThrow(
    'ngram-lookup: in strings of 200 of 2 symbols no key of 1 stands once; give a larger alphabet or gram.',
  );
});

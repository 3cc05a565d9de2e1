// Needles at chosen depths: every cell of the grid has its samples, they fit, and what the model says falls into its cell.
import { OptionError } from '@twilljs/tensor';
import { expect, it } from 'vitest';
import type { Benchmark, Making } from '../../benchmarks/benchmark.ts';
import { evaluateBenchmarks } from '../../benchmarks/evaluate.ts';
import type { Answer, Request } from '../../requests/request.ts';
import { syntheticEssay } from '../ruler/prose.ts';
import { depthGrid } from './depths.ts';
import { needleInText } from './own-text.ts';
import { passkeyGrid } from './passkey.ts';
import { phonebook } from './phonebook.ts';

const tokenizer = {
  encode: (text: string) => new Int32Array((text.match(/\w{1,6}|[^\w\s]/g) ?? []).length),
} as Making['tokenizer'];
const making: Making = { tokenizer, contextLength: 4096 };

const options = { lengths: [512, 1024], samples: 2 };
const rows = () => Promise.reject(new Error('made rows are not read'));

/** A model that has read the last so many characters, and says all of them. */
async function result(benchmark: Benchmark, reads: number) {
  const answer = async (requests: readonly Request[]): Promise<Answer[]> =>
    requests.map((request) => ({
      ...{ kind: 'generate_until', ids: [], end: 'length' },
      text: request.kind === 'generate_until' ? request.context.slice(-reads) : '',
    }));
  return (await evaluateBenchmarks([benchmark], { answer, rows, cutting: making })).benchmarks[0];
}

const own = {
  text: syntheticEssay().sentences(3000).join(' '),
  needle: 'The blue suitcase is in locker 7714.',
  question: 'Where is the blue suitcase? It is in locker',
  answers: ['7714'],
};

it.each([passkeyGrid(options), needleInText({ ...options, ...own })])(
  '$name: what is near is found, what is far is not',
  async (benchmark) => {
    const found = await result(benchmark, 1500);
    for (const { doc } of found.samples) {
      const text = `${doc.input}${doc.prefix}`;
      expect(tokenizer.encode(text).length + 32).toBeLessThanOrEqual(doc.max_length as number);
      expect(text).toContain((doc.outputs as string[])[0]);
    }
    const { lengths, depths, cells } = depthGrid(found);
    expect([lengths, depths.length]).toEqual([[512, 1024], 11]);
    expect(cells.flat().map(({ n }) => n)).toEqual(Array(22).fill(2));
    expect(cells.map((row) => [row[0].mean, row[10].mean])).toEqual([
      [0, 1],
      [0, 1],
    ]);
    const reached = cells.map((row) => row.findIndex(({ mean }) => mean === 1));
    expect(reached[0]).toBeLessThan(reached[1]); // half of the context is the same number of tokens
  },
);

it('phonebook asks for a number of the book, and wants all of its digits', async () => {
  const books = phonebook({ entries: [20, 60], samples: 5 });
  const { rows: made } = await books.dataset.maker!.make(making);
  expect(made).toHaveLength(10);
  const [{ input, outputs }] = made as unknown as { input: string; outputs: string[] }[];
  const name = input.slice(input.lastIndexOf('\n') + 1, -1);
  expect(input.split('\n')).toHaveLength(24);
  expect(input).toContain(`${name}: ${outputs[0]}\n`);
  const score = (text: string) => books.score(made[0], [{ kind: 'generate_until', text, ids: [], end: 'stop' }])['20'];
  expect([` ${outputs[0]}`, `${outputs[0]}1`, `${outputs[0]}\n5`, ''].map(score)).toEqual([1, 0, 1, 0]);
});

it.each([
  ['a text that is too short', () => needleInText({ ...options, ...own, text: 'One. Two. Three.' }), /longer text/],
  ['a length that nothing fits', () => passkeyGrid({ ...options, lengths: [64] }), /never fits 64/],
  ['a book of too many entries', () => phonebook({ entries: [2000] }), /reads 4096/],
])('refuses %s when it is made', async (_, make, message) => {
  const made = make().dataset.maker!.make(making);
  await expect(made).rejects.toThrow(OptionError);
  await expect(made).rejects.toThrow(message);
});

const bare = {
  benchmark: { name: 'some', metrics: [{ name: '512' }] },
  samples: [{ doc: {}, metrics: { 512: 1 } }],
} as never;

it.each([
  ['no depths', () => passkeyGrid({ ...options, depths: [] }), /depths is empty/],
  ['a depth beyond the text', () => passkeyGrid({ ...options, depths: [101] }), /depths is 101/],
  ['a length twice', () => passkeyGrid({ ...options, lengths: [512, 512] }), /comes twice/],
  ['a needle without its answer', () => needleInText({ ...options, ...own, answers: ['99'] }), /none of them/],
  ['no question', () => needleInText({ ...options, ...own, question: ' ' }), /question is/],
  ['fewer entries than examples', () => phonebook({ entries: [2] }), /entries is 2/],
  ['a figure without depths', () => depthGrid(bare), /has the depth undefined/],
])('refuses %s', (_, make, message) => {
  expect(make).toThrow(message);
});

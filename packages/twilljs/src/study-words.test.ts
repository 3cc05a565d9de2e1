// The end of the small study: a table with every seed, and a sentence that is made of the numbers.
import { wrapped } from '@twilljs/report';
import type { SweepCellResult } from '@twilljs/sweep';
import { expect, it } from 'vitest';
import { bestOnText, studySentence, studyTable } from './study-words.ts';

function cell(
  task: 'recall' | 'language',
  mixer: string,
  ratio: SweepCellResult['ratio'],
  value: number,
  seed = 1,
): SweepCellResult {
  const title = { hgrn2: 'HGRN2', gla: 'GLA', attention: 'Transformer' }[mixer] as string;
  return {
    ...{ name: `${task}-${mixer}-${ratio}-${seed}`, task, mixer, ratio, layers: 2, seed, directory: '' },
    title: ratio === 'pure' ? title : `${title}, 1 in ${ratio} full`,
    ...{ parameters: 123456, nonEmbeddingParameters: 1, flopsPerToken: 1, losses: [] },
    stateBytes: { 1024: 1, 4096: 1, 32768: mixer === 'attention' ? 50_331_648 : 18_432 },
    ...(task === 'recall' ? { recall: { 4: 1, 16: value } } : { bitsPerByte: value }),
  };
}

const cells = [
  cell('recall', 'hgrn2', 'pure', 0.4),
  cell('recall', 'hgrn2', 'pure', 0.1, 2),
  cell('recall', 'hgrn2', '2', 1),
  cell('recall', 'hgrn2', '2', 0.98, 2),
  cell('recall', 'attention', 'pure', 0.998),
  cell('recall', 'attention', 'pure', 0.998, 2),
  cell('language', 'hgrn2', 'pure', 2.6),
  cell('language', 'hgrn2', '4', 2.61),
  cell('language', 'gla', 'pure', 2.8),
  { ...cell('language', 'gla', '4', Number.NaN), failed: 'diverged' },
  cell('language', 'attention', 'pure', 2.5),
];

it('has one row for each mixer, with every seed and every failure', () => {
  expect(studyTable(cells, 'a book')).toMatchInlineSnapshot(`
    "bits    per byte of a book
    recall  of 16 pairs (MQAR, chance 3 %), seeds 1, 2
    pure    the mixer alone; 1 in r: with full attention in one layer of r
    size    parameters of the pure language model; state: bytes of one sequence at 32k tokens

                  bits    bits  recall %  recall %          state
    mixer         pure  1 in 4      pure    1 in 2  size   at 32k
    ─────────────────────────────────────────────────────────────
    HGRN2        2.600   2.610     40 10    100 98  123k  18.4 kB
    Transformer  2.500           100 100            123k  50.3 MB
    GLA          2.800  failed                      123k  18.4 kB
    "
  `);
});

it('has one sentence', () => {
  expect(wrapped(studySentence(cells), 100)).toMatchInlineSnapshot(`
    "With full attention in some layers the mixers recall 99 % of the values instead of 25 %, while the
    loss on text moves by 0.010 bit with the ratio and by 0.195 bit with the mixer; these are tiny
    models with unequal parameters after some hundred steps, so it is what is learned soon that counts
    here, not what a model can hold, and a gap below 0.07 bit between two cells means nothing."
  `);
  expect(studySentence(cells.slice(0, 6))).toBe('');
});

it('knows the best on text', () => {
  expect(bestOnText(cells)?.mixer).toBe('attention');
  expect(bestOnText(cells.slice(0, 6))).toBeUndefined();
});

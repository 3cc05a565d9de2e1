// The section of a protocol: scores beside what was published, what is missing, and no section of its own for any of its tasks.
import { madCompressionTask, madMemorizationTask, madProtocol } from '@twilljs/eval';
import { protocolSpec, type SweepCell } from '@twilljs/sweep';
import { known } from 'twilljs';
import { expect, it } from 'vitest';
import { buildReport } from './build.ts';
import { markdown } from './markdown.ts';
import { loadedFrom, made } from './synthetic.test-data.ts';

const setting = (name: string, data: object) => ({ name, data: { batch: 4, ...data }, steps: 3 });
const protocol = {
  ...madProtocol,
  tasks: [
    {
      ...{ task: madCompressionTask, label: 'Compress' },
      settings: [setting('baseline', {}), setting('length-64', { length: 64 })],
    },
    { task: madMemorizationTask, label: 'Memorize', settings: [setting('baseline', {})] },
  ],
  published: { source: 'a paper', scores: { Hyena: [0.45, 0.895] } },
};
const size = {
  name: 's',
  model: { hidden_size: 8, num_hidden_layers: 1 },
  attn: {},
  mixers: { gla: { num_heads: 2 } },
};
const spec = protocolSpec(protocol, { mixers: ['gla'], size });

/** The higher the rate and the shorter the row, the better. */
const found = ({ training: { lr, weightDecay }, data: { length } }: SweepCell) => {
  const value = 0.5 + 100 * lr - weightDecay - length / 1000;
  return { macroAccuracy: { [length]: value }, accuracy: { [length]: value } };
};
const said = (results: ReturnType<typeof made>, grids: object[] = []) =>
  markdown(
    buildReport(
      [loadedFrom(results, known), ...grids.map((grid) => loadedFrom(made({ grids: [grid] }, known, found), known))],
      {
        known,
        protocols: [protocol],
      },
    ),
  );

it('has the score of each task, the best run of each setting, and what was published', () => {
  const text = said(made(spec, known, found));
  expect(text).toContain('## MAD score');
  expect(text).toContain('| model | Compress | Memorize | average |');
  // (.568 + .536) / 2, .568, and the mean of both
  expect(text).toContain('| GLA | 55.2 | 56.8 | 56.0 |');
  expect(text).toContain('| Hyena, published | 45.0 | 89.5 | 67.3 |');
  expect(text).toContain('| Compress | length-64 | 53.6 (0.001, 0) |');
  expect(text).not.toMatch(/lacks|## .*Memorization/);
});

it('says what is missing, and scores what is whole', () => {
  const results = made(spec, known, found);
  const text = said({ ...results, cells: results.cells.filter(({ name }) => !name.startsWith('mad-memorization')) });
  expect(text).toContain(
    'GLA lacks 6 of 18 results: mad-memorization baseline, lr 0.0001, weight decay 0; mad-memorization baseline, lr 0.0001, weight decay 0.1;',
  );
  expect(text).toContain('| GLA | 55.2 | – | – |');
});

it('leaves the same task alone where it is no run of the protocol', () => {
  const other = { task: 'mad-memorization', mixers: ['gla'], training: { steps: 4 } };
  expect(said(made(spec, known, found), [other])).toMatch(/## .*Memorization/i);
});

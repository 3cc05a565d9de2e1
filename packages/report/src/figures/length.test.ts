// Curves beyond the length of training: of what was measured there, and of nothing else.
import { known } from 'twilljs';
import { expect, it } from 'vitest';
import type { Part } from '../part.ts';
import { partsOf } from '../parts.ts';
import { loadedFrom, made } from '../synthetic.test-data.ts';
import { byLength } from './length.ts';

function partWith(task: string, data: object, accuracy: object): Part {
  const spec = { grids: [{ task, mixers: ['gla', 'attention'], seeds: [1], training: { steps: 2 }, data }] };
  const name = task === 'parity' ? 'accuracy' : 'recall';
  return partsOf([
    loadedFrom(
      made(spec, known, () => ({ [name]: accuracy })),
      known,
    ),
  ])[0];
}

it('draws a curve for each mixer, and marks the length of training', () => {
  const part = partWith('parity', { length: 24 }, { 24: 1, 96: 0.5 });
  const [picture, ...others] = byLength(part, part.measures[0]);
  expect(others).toEqual([]);
  expect(picture.description).toMatch(/^Trained on 24\. GLA: 24: 1\.000, 96: 0\.500; Transformer: 24: 1\.000/);
  expect(JSON.stringify(picture.spec)).toContain('{"x":"24","name":"trained"}');
});

it('draws nothing where nothing is harder than what was trained on', () => {
  const part = partWith('recall', { pairs: 16 }, { 4: 1, 16: 0.5 });
  expect(byLength(part, part.measures[0])).toEqual([]);
});

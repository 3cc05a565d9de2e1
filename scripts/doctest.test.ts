// The programs of the documentation do what they say.
import { expect, it } from 'vitest';
import { documents, fencesOf, runFence } from './doctest.ts';

it('reads every document, and every fence that is not run says why', () => {
  expect(documents()).not.toEqual([]);
  for (const file of documents()) fencesOf(file);
});

const runnable = documents()
  .flatMap(fencesOf)
  .filter((fence) => fence.norun === null);

it.each(runnable.map((fence) => ({ fence, at: `${fence.file}:${fence.line}` })))('runs $at', ({ fence }) => {
  expect(runFence(fence)).toBeNull();
});

// Steps that were skipped stand wherever a run is summed up.
import { params } from '@twilljs/nn';
import { afterAll, expect, it } from 'vitest';
import { readMetrics } from './read-metrics.ts';
import { freshModel, runHome } from './run.test-data.ts';

const home = runHome();
const { at, run, recordOf, linesOf } = home;
afterAll(() => home.remove());

/** Batches of one id; the embedding of id 15 is infinite. */
async function poisoned(ids: readonly number[]) {
  const model = await freshModel();
  const table = params(model).get('model.embeddings.weight')!;
  model.device.write(table.buffer, (await table.data()).fill(Number.POSITIVE_INFINITY, 15 * 8));
  const batch = (step: number) => ({
    inputs: new Int32Array(8).fill(ids[step]),
    labels: new Int32Array(8).fill(1),
    B: 2,
    T: 4,
  });
  return { model, source: { B: 2, T: 4, batch }, training: { steps: ids.length, maxSkips: 3, weightDecay: 0 } };
}

it('in the result, the record, the metrics and a warning', async () => {
  const warnings: string[] = [];
  const result = await run('some', {
    ...(await poisoned([15, 3, 15, 15, 3, 4])),
    warn: (message) => warnings.push(message),
  });
  expect(result).toMatchObject({ status: 'finished', step: 6, skipped: 3 });
  expect(recordOf('some')).toMatchObject({ status: 'finished', skipped: 3 });
  expect(readMetrics(at('some')).skipped).toEqual([1, 3, 4]);
  expect(warnings).toEqual([
    expect.stringMatching(/^run: 3 of 6 steps were skipped, because loss or gradient were not/),
  ]);
  const again = await run('some', { ...(await poisoned([15, 3, 15, 15, 3, 4])), resume: true });
  expect(again).toMatchObject({ status: 'complete', skipped: 3 });
});

it('not where there were none', async () => {
  const warn = (message: string) => {
    throw new Error(message);
  };
  const result = await run('none', { ...(await poisoned([3, 4])), warn });
  expect(result.skipped).toBe(0);
  expect(readMetrics(at('none')).skipped).toEqual([]);
});

it.each([
  ['all of them', [15, 15], 2, /none of the 2 steps so far had a finite loss/],
  ['too many in a row', [3, 15, 15, 15, 3], 4, /3 steps in a row had no finite loss/],
])('%s: the run has diverged, and its last step is in the metrics', async (name, ids, step, message) => {
  await expect(run(name, await poisoned(ids))).rejects.toThrow(message);
  const skipped = ids.slice(0, step).filter((id) => id === 15).length;
  expect(recordOf(name)).toMatchObject({ status: 'diverged', step, skipped });
  expect(linesOf(name).at(-1)).toMatchObject({ step, skipped: true, loss: null });
});

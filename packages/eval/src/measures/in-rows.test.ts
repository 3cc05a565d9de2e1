// Loss by position and the in-context-learning score: what they are by definition, from the loss of every label.
import { IGNORE } from '@twilljs/data';
import type { JsonObject } from '@twilljs/hub';
import { params } from '@twilljs/nn';
import { write } from '@twilljs/tensor';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { smallModel, someRows } from '../inside/models.test-data.ts';
import type { ComparedMeasure, PositionValue } from '../measure.ts';
import { score } from '../score.ts';
import { inContextLearning } from './in-context.ts';
import { lossByPosition } from './loss-by-position.ts';

const onDevice = await device({ name: 'wasm', threads: 1 });
const model = smallModel('gla');
await model.to(onDevice);

const found = (measure: ComparedMeasure, rows = someRows(4, 11)) =>
  measure.compute!(
    model,
    {
      sets: [
        { at: 1, rows: someRows(1, 2) },
        { at: 2, rows },
      ],
      length: rows.T,
    },
    {},
  );

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('loss by position', () => {
  it('is the mean of octaves over the rows of the hardest set', async () => {
    const rows = someRows(4, 11);
    const { nats } = await score(model, rows);
    const at = (from: number, to: number) =>
      mean(Array.from({ length: 4 }, (_, row) => [...nats.subarray(row * 11 + from, row * 11 + to)]).flat());
    const values = lossByPosition.value(await found(lossByPosition)) as PositionValue[];
    expect(values.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 2],
      [2, 4],
      [4, 8],
      [8, 11],
    ]);
    for (const { from, to, loss } of values) expect(loss).toBeCloseTo(at(from, to), 10);
  });

  it('leaves out octaves where nothing is asked', async () => {
    const rows = someRows(2, 8);
    for (const [i] of rows.labels.entries()) if (i % 8 !== 5 && i % 8 !== 0) rows.labels[i] = IGNORE;
    const values = lossByPosition.value(await found(lossByPosition, rows)) as PositionValue[];
    expect(values.map(({ from }) => from)).toEqual([0, 4]);
  });
});

describe('the in-context-learning score', () => {
  it('of short rows is the last loss less that at a tenth', async () => {
    const { nats } = await score(model, someRows(4, 20));
    const gains = [0, 1, 2, 3].map((row) => nats[row * 20 + 19] - nats[row * 20 + 1]);
    const { inContextLearning: one } = (await found(inContextLearning, someRows(4, 20))) as {
      inContextLearning: JsonObject;
    };
    expect(one).toMatchObject({ early: 2, late: 20, rows: 4 });
    expect(one.mean).toBeCloseTo(mean(gains), 12);
    const deviation = Math.sqrt(gains.reduce((sum, x) => sum + (x - mean(gains)) ** 2, 0) / 3);
    expect(one.standardError).toBeCloseTo(deviation / 2, 12);
  });

  it('of long ones that at 500 less that at 50', async () => {
    const rows = someRows(2, 600);
    const { nats } = await score(model, rows);
    const gains = [0, 600].map((row) => nats[row + 499] - nats[row + 49]);
    const { inContextLearning: one } = (await found(inContextLearning, rows)) as { inContextLearning: JsonObject };
    expect(one).toMatchObject({ early: 50, late: 500 });
    expect(one.mean).toBeCloseTo(mean(gains), 12);
  });

  it('is null where no row asks for both, and where there is one position', async () => {
    const rows = someRows(2, 20);
    rows.labels[19] = IGNORE;
    rows.labels[21] = IGNORE;
    for (const given of [rows, someRows(3, 1)]) {
      const nothing = await found(inContextLearning, given);
      expect(inContextLearning.value(nothing)).toBeNull();
      expect(inContextLearning.lines(nothing, undefined as never)).toEqual([
        'in context   no row asks both early and late',
      ]);
    }
  });
});

it('a model without numbers is said to have none', async () => {
  using broken = smallModel('gla');
  await broken.to(onDevice);
  const head = params(broken).get('lm_head.weight')!;
  write(head, new Float32Array(head.size).fill(Number.NaN));
  for (const measure of [lossByPosition, inContextLearning]) {
    const { notFinite } = await measure.compute!(broken, { sets: [{ at: 1, rows: someRows(1, 4) }], length: 4 }, {});
    expect(notFinite).toBe('position 0 of row 0');
  }
});

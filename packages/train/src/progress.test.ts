// What the progress of a run looks like on a terminal and in a file.
import { expect, it } from 'vitest';
import { progressBar } from './progress.ts';
import type { StepRecord } from './step-record.ts';

const record = (step: number): StepRecord => ({
  step,
  loss: 2.5,
  lr: 0.003,
  gradNorm: 1,
  tokens: step * 1024,
  tokensPerSecond: 12345.6,
  skipped: false,
  parametersAt: step,
});

function show(stream: { isTTY?: boolean; columns?: number }, secondsPerStep: number, shown: number[], steps: number) {
  let text = '';
  let at = 0;
  const out = { ...stream, write: (part: string) => (text += part) };
  const bar = progressBar(out, { steps, label: 'gdn', now: () => at });
  for (const step of shown) {
    at = 1000 * secondsPerStep * step;
    bar.update(record(step));
  }
  bar.note('a note');
  bar.end();
  return text;
}

it('draws over one line on a terminal', () => {
  const text = show({ isTTY: true, columns: 110 }, 1.5, [1, 2, 3, 300], 300);
  expect(text.split('\r')).toMatchInlineSnapshot(`
    [
      "",
      "gdn  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   1/300  --:-- left  12346 tokens/s  loss 2.5000 nats  lr 3.00e-3[K",
      "gdn  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   2/300  7:27 left  12346 tokens/s  loss 2.5000 nats  lr 3.00e-3[K",
      "gdn  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   3/300  7:26 left  12346 tokens/s  loss 2.5000 nats  lr 3.00e-3[K",
      "gdn  ██████████████████████████████ 300/300  0:00 left  12346 tokens/s  loss 2.5000 nats  lr 3.00e-3[K",
      "[Ka note

    ",
    ]
  `);
});

it('leaves the bar out where there is no room', () => {
  expect(show({ isTTY: true, columns: 60 }, 1, [1], 9)).not.toMatch(/[█░]/);
});

it('does not redraw more than ten times a second', () => {
  const text = show(
    { isTTY: true },
    0.01,
    Array.from({ length: 100 }, (_, i) => i + 1),
    1000,
  );
  expect(text.split('gdn').length - 1).toBe(10);
});

it('writes plain lines where output is not a terminal: the first, each twentieth, the last', () => {
  const text = show(
    {},
    1,
    Array.from({ length: 40 }, (_, i) => i + 1),
    40,
  );
  expect(text).not.toContain('\r');
  expect(text).not.toContain('\x1b');
  expect(text.split('\n').slice(0, 3)).toMatchInlineSnapshot(`
    [
      "gdn   1/40  --:-- left  12346 tokens/s  loss 2.5000 nats  lr 3.00e-3",
      "gdn   2/40  0:38 left  12346 tokens/s  loss 2.5000 nats  lr 3.00e-3",
      "gdn   4/40  0:36 left  12346 tokens/s  loss 2.5000 nats  lr 3.00e-3",
    ]
  `);
  expect(text.split('\n')).toHaveLength(1 + 20 + 1 + 1);
});

it('writes a plain line after half a minute without one', () => {
  expect(show({}, 20, [1, 2, 3, 4], 4000).match(/gdn/g)).toHaveLength(2);
});

it('counts the time left from where a resumed run begins', () => {
  expect(show({}, 2, [501, 502, 550], 1000).split('\n')[1]).toContain('15:00 left');
  expect(show({}, 36, [501, 502, 550], 1000)).toContain('4:30:00 left');
});

it('counts the steps that were skipped', () => {
  let text = '';
  const bar = progressBar({ write: (part) => (text += part) }, { steps: 4, now: () => 0 });
  const skips = [false, true, false, true];
  for (const [i, skipped] of skips.entries()) bar.update({ ...record(i + 1), skipped, loss: skipped ? Number.NaN : 2 });
  expect(text.split('\n').map((line) => line.split('lr 3.00e-3')[1])).toEqual([
    '',
    '  1 skipped',
    '  1 skipped',
    '  2 skipped',
    undefined,
  ]);
  expect(text).toContain('loss NaN');
});

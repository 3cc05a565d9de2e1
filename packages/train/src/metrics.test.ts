// metrics.jsonl: appended, cut to the resume point, and read with lines that are damaged.
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MetricsLog } from './metrics.ts';
import { mutationsOf } from './mutations.test-data.ts';
import { MetricsReader, readMetrics } from './read-metrics.ts';

let path: string;
let other: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'twill-metrics-')), 'metrics.jsonl');
  other = `${path}.other`;
});
afterEach(() => rmSync(dirname(path), { recursive: true }));

const line = (step: number) => ({
  ...{ step, loss: 1 / step, lr: 0.01, gradNorm: 1, tokens: 64 * step, tokensPerSecond: 1e4, skipped: false },
});
const text = (...records: (object | string)[]) =>
  records.map((record) => `${typeof record === 'string' ? record : JSON.stringify(record)}\n`).join('');

function log(from: number, steps: number[]): readonly string[] {
  using metrics = new MetricsLog(path, from);
  for (const step of steps) metrics.append(line(step));
  metrics.flush();
  return metrics.notes;
}
const lines = () => readFileSync(path, 'utf8').split('\n').filter(Boolean);
const steps = () => readMetrics(dirname(path)).steps;
const notes = () => readMetrics(dirname(path)).notes.map((note) => note.replaceAll(dirname(path), 'runs/a'));

describe('the log', () => {
  it('appends one object per line', () => {
    log(0, [1, 2, 3]);
    expect(lines()[1]).toBe(JSON.stringify(line(2)));
    log(3, [4]);
    expect(steps()).toEqual([1, 2, 3, 4]);
  });

  it('holds no step twice after a resume', () => {
    log(0, [1, 2, 3, 4, 5]);
    log(3, [4, 5, 6]);
    expect(steps()).toEqual([1, 2, 3, 4, 5, 6]);
    log(0, [1]);
    expect(steps()).toEqual([1]);
  });

  it('is cut after the validation of its step', () => {
    writeFileSync(
      path,
      text(line(1), { step: 1, validation: { loss: 2 } }, line(2), { step: 2, validation: { loss: 1 } }),
    );
    log(1, [2]);
    expect(lines().map((one) => Object.keys(JSON.parse(one))[1])).toEqual(['loss', 'validation', 'loss']);
  });

  it('drops a line that a killed run left half-written', () => {
    log(0, [1, 2]);
    appendFileSync(path, JSON.stringify(line(3)).slice(0, 20));
    log(2, [3]);
    expect(lines()).toHaveLength(3);
    expect(steps()).toEqual([1, 2, 3]);
  });

  it('keeps what comes before the resume point, damaged or not, and says what is damaged', () => {
    writeFileSync(path, text(line(1), 'noise', line(3), line(4), 'noise', line(6)));
    expect(log(4, [5, 6])).toEqual([expect.stringMatching(/metrics.jsonl: line 2 is left out, it is not JSON\.$/)]);
    expect(lines()).toHaveLength(6);
    expect(steps()).toEqual([1, 3, 4, 5, 6]);
  });

  it('writes what is not finite as null, which reads as NaN', () => {
    {
      using metrics = new MetricsLog(path, 0);
      metrics.append({ ...line(1), loss: Number.NaN, gradNorm: Number.POSITIVE_INFINITY, skipped: true });
    }
    expect(lines()[0]).toContain('"loss":null');
    expect(readMetrics(dirname(path))).toMatchObject({ losses: [Number.NaN], skipped: [1], notes: [] });
  });

  it('says when it cannot be opened', () => {
    expect(() => new MetricsLog(join(path, 'x'), 0)).toThrow(/does not exist; check the path/);
  });

  it.each([
    ['removed', () => rmSync(path), /was removed while the run went on/],
    ['moved', () => renameSync(path, `${path}.old`), /was removed while/],
    ['replaced', () => renameSync(other, path), /was replaced by/],
  ])('does not go on writing into a file that was %s', (_, act, message) => {
    writeFileSync(other, 'mine');
    using metrics = new MetricsLog(path, 0);
    metrics.append(line(1));
    act();
    expect(() => metrics.append(line(2))).toThrow(message);
  });
});

describe('damaged lines', () => {
  it.each<[string, (object | string)[], number[], RegExp]>([
    ['no JSON', [line(1), '{"step":2,"lo', line(3)], [1, 3], /line 2 is left out, it is not JSON/],
    ['bytes of 0', [line(1), '\0\0\0\0', line(3)], [1, 3], /line 2 is left out, it is not JSON/],
    ['empty', [line(1), '', line(2)], [1, 2], /line 2 is left out/],
    ['null', ['null', line(1)], [1], /line 1 is left out, it is null where an object is needed/],
    ['a list', [line(1), '[1]', line(2)], [1, 2], /line 2 is left out, it is \[1\]/],
    [
      'too deep',
      [line(1), `{"step":1,"validation":{"a":${'['.repeat(5000)}${']'.repeat(5000)}}}`, line(2)],
      [1, 2],
      /line 2 is left out, validation has more than 32 levels/,
    ],
    ['a step of -2', [line(1), { ...line(2), step: -2 }, line(3)], [1, 3], /line 2 is left out, step is -2/],
    ['a step of 1.5', [line(1), { ...line(2), step: 1.5 }, line(3)], [1, 3], /step is 1.5/],
    ['no step', [line(1), { ...line(2), step: undefined }, line(3)], [1, 3], /step is missing/],
    ['a loss in words', [line(1), { ...line(2), loss: 'low' }, line(3)], [1, 3], /loss is "low"/],
    ['another name', [line(1), { ...line(2), loss: undefined, lozs: 1 }, line(3)], [1, 3], /lozs.* loss may be meant/],
    [
      'the same step again',
      [line(1), line(2), line(2), line(3)],
      [1, 2, 3],
      /line 3 is left out, step 2 comes after step 2/,
    ],
    [
      'an older step',
      [line(1), line(2), line(3), line(1), line(4)],
      [1, 2, 3, 4],
      /line 4 is left out, step 1 comes after/,
    ],
    [
      'a step too high',
      [line(1), { ...line(2), step: 902 }, line(3), line(4)],
      [1, 3, 4],
      /line of step 902 is left out, it stands before lower ones/,
    ],
    ['a validation of nothing', [line(1), { step: 1, validation: 3 }, line(2)], [1, 2], /validation is 3/],
    [
      'a validation of another step',
      [line(1), { step: 9, validation: {} }, line(2)],
      [1, 2],
      /validation of step 9 comes after step 1/,
    ],
    [
      'a validation twice',
      [line(1), { step: 1, validation: {} }, { step: 1, validation: {} }],
      [1],
      /validation of step 1 already/,
    ],
  ])('%s: the others count, and it is named', (_, records, expected, note) => {
    writeFileSync(path, text(...records));
    expect(steps()).toEqual(expected);
    expect(notes()).toEqual([expect.stringMatching(/^runs\/a\/metrics.jsonl: /)]);
    expect(notes()[0]).toMatch(note);
  });

  it('keeps a validation whose step is damaged', () => {
    writeFileSync(path, text(line(1), 'noise', { step: 2, validation: { loss: 1 } }, line(3)));
    expect(readMetrics(dirname(path)).validations).toEqual([{ step: 2, values: { loss: 1 } }]);
    log(2, []);
    expect(lines()).toHaveLength(3);
  });

  it('counts them where there are many', () => {
    writeFileSync(path, text(...Array(30).fill('x'), line(1)));
    expect(steps()).toEqual([1]);
    expect(notes()).toHaveLength(6);
    expect(notes()[5]).toBe('runs/a/metrics.jsonl: 25 more lines are damaged and left out.');
  });

  it('whatever happens to one line, all others count', () => {
    const at = 3;
    fc.assert(
      fc.property(mutationsOf(line(at)), (mutated) => {
        const one = mutated.replaceAll('\n', ' ');
        writeFileSync(path, text(line(1), line(2), one, line(4), line(5)));
        expect(steps().filter((step) => step !== at)).toEqual([1, 2, 4, 5]);
      }),
    );
  });
});

describe('a reader', () => {
  it('goes on where it was, and begins anew when a resumed run has cut the file', () => {
    const reader = new MetricsReader(dirname(path));
    expect(reader.read()).toMatchObject({ steps: [], step: 0, tokens: 0, validation: null });
    log(0, [1, 2, 3]);
    appendFileSync(path, '{"step":4');
    expect(reader.read().steps).toEqual([1, 2, 3]);
    truncateSync(path, 0);
    log(0, [1, 2]);
    expect(reader.read().steps).toEqual([1, 2]);
    truncateSync(path, 0);
    writeFileSync(path, text({ ...line(1), loss: 7 }, { ...line(2), tokensPerSecond: 9 }, line(3), line(4)));
    expect(reader.read()).toMatchObject({ losses: [7, 1 / 2, 1 / 3, 1 / 4], step: 4, tokens: 256, notes: [] });
    appendFileSync(path, text({ step: 4, validation: { loss: 3 } }));
    expect(reader.read()).toMatchObject({ validation: { loss: 3 }, validations: [{ step: 4, values: { loss: 3 } }] });
  });
});

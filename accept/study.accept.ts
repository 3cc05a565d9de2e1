// The small study, run whole: the orderings that hold in every seed, and how far apart things are.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SweepCellResult, SweepResults } from '@twilljs/sweep';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ended, twill } from './twill.ts';

const out = mkdtempSync(join(tmpdir(), 'twill-study-'));
const linear = ['hgrn', 'hgrn2', 'retnet', 'gla', 'deltanet', 'gated-deltanet'];
let cells: readonly SweepCellResult[] = [];

beforeAll(async () => {
  const { code, text } = await ended(twill(['sweep', '--preset', 'small', '--out', out, '--jobs', '2']));
  expect(code, text).toBe(0);
  ({ cells } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as SweepResults);
});

afterAll(() => rmSync(out, { recursive: true }));

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const span = (values: readonly number[]) => Math.max(...values) - Math.min(...values);

/** Accuracy at 16 pairs, seed by seed. */
function recall(mixer: string, ratio = 'pure'): number[] {
  const found = cells.filter((cell) => cell.task === 'recall' && cell.mixer === mixer && cell.ratio === ratio);
  return found.map(({ recall }) => (recall as Record<number, number> | undefined)?.[16] ?? Number.NaN);
}

function bits(mixer: string, ratio = 'pure'): number {
  const found = cells.find((cell) => cell.task === 'language' && cell.mixer === mixer && cell.ratio === ratio);
  return (found?.bitsPerByte as number | undefined) ?? Number.NaN;
}

/** The smallest of some numbers, printed under a name. */
function least(name: string, values: readonly number[]): number {
  process.stdout.write(`${name}: ${values.map((x) => x.toFixed(3)).join(' / ')}\n`);
  return Math.min(...values);
}

describe('recall, in each of three seeds', () => {
  const minus = (a: readonly number[], b: readonly number[]) => a.map((x, i) => x - b[i]);

  it('the Transformer, and HGRN and HGRN2 with softmax, are at 0.98 or above', () => {
    expect(least('Transformer', recall('attention'))).toBeGreaterThanOrEqual(0.98);
    expect(least('HGRN, 1 in 2', recall('hgrn', '2'))).toBeGreaterThanOrEqual(0.98);
    expect(least('HGRN2, 1 in 2', recall('hgrn2', '2'))).toBeGreaterThanOrEqual(0.98);
  });

  it('HGRN alone is at 0.2 or below; softmax lifts it by 0.7, and HGRN2 by 0.2', () => {
    expect(Math.max(...recall('hgrn'))).toBeLessThanOrEqual(0.2);
    expect(least('HGRN, 1 in 2 minus pure', minus(recall('hgrn', '2'), recall('hgrn')))).toBeGreaterThanOrEqual(0.7);
    expect(least('HGRN2, 1 in 2 minus pure', minus(recall('hgrn2', '2'), recall('hgrn2')))).toBeGreaterThanOrEqual(0.2);
  });

  it('DeltaNet alone is at 0.9 or above, by 0.25 above HGRN, HGRN2, GLA and RetNet', () => {
    expect(least('DeltaNet', recall('deltanet'))).toBeGreaterThanOrEqual(0.9);
    for (const other of ['hgrn', 'hgrn2', 'gla', 'retnet']) {
      expect(least(`DeltaNet minus ${other}`, minus(recall('deltanet'), recall(other)))).toBeGreaterThanOrEqual(0.25);
    }
  });

  it('Gated DeltaNet with softmax is at 0.85 or above', () => {
    expect(least('Gated DeltaNet, 1 in 2', recall('gated-deltanet', '2'))).toBeGreaterThanOrEqual(0.85);
  });

  it.each(['gla', 'retnet'])('%s is at 0.2 or below, alone and with softmax', (mixer) => {
    expect(Math.max(...recall(mixer), ...recall(mixer, '2'))).toBeLessThanOrEqual(0.2);
  });

  it('softmax lifts the mean of the six mixers by 0.1', () => {
    const lifted = linear.map((mixer) => minus(recall(mixer, '2'), recall(mixer)));
    const bySeed = lifted[0].map((_, seed) => mean(lifted.map((values) => values[seed])));
    expect(least('mean of six, 1 in 2 minus pure', bySeed)).toBeGreaterThanOrEqual(0.1);
  });
});

describe('bits per byte', () => {
  const ratios = ['pure', '4', '2'];
  const family = (mixer: string) => mean(ratios.map((ratio) => bits(mixer, ratio)));

  it('the mean of the mixers hardly moves with the ratio, and much with the mixer', () => {
    const byRatio = span(ratios.map((ratio) => mean(linear.map((mixer) => bits(mixer, ratio)))));
    const byMixer = span(linear.map(family));
    process.stdout.write(`over ratios ${byRatio.toFixed(3)}, over mixers ${byMixer.toFixed(3)}\n`);
    expect(byRatio).toBeLessThanOrEqual(0.05);
    expect(byMixer).toBeGreaterThanOrEqual(Math.max(0.2, 5 * byRatio));
  });

  it('Gated DeltaNet and HGRN are ahead of HGRN2, and that of GLA and RetNet', () => {
    expect(Math.max(family('gated-deltanet'), family('hgrn'))).toBeLessThan(family('hgrn2'));
    expect(family('hgrn2')).toBeLessThan(Math.min(family('gla'), family('retnet')));
  });

  it('the Transformer is behind every cell of HGRN, HGRN2, DeltaNet and Gated DeltaNet by 0.08', () => {
    const ahead = ['hgrn', 'hgrn2', 'deltanet', 'gated-deltanet'].flatMap((mixer) =>
      ratios.map((ratio) => bits('attention') - bits(mixer, ratio)),
    );
    expect(least('behind by', ahead)).toBeGreaterThanOrEqual(0.08);
  });

  it.each(['gated-deltanet', 'hgrn'])('%s is worse with every second layer softmax than alone', (mixer) => {
    expect(bits(mixer, '2')).toBeGreaterThan(bits(mixer));
  });
});

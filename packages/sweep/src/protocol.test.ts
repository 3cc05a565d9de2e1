// Protocols: that of MAD as a sweep; and a small one, trained for real, whose score is that of its numbers by hand.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { madCompressionTask, madMemorizationTask, madProtocol, type Protocol } from '@twilljs/eval';
import { device, known, madScore, madSpec } from 'twilljs';
import { afterAll, describe, expect, it } from 'vitest';
import {
  cellPlaces,
  partialScores,
  planSweep,
  protocolScores,
  protocolSpec,
  readSweepSpec,
  type SweepResults,
} from './index.ts';
import { sweep, trainCell } from './node.ts';

const work = mkdtempSync(join(tmpdir(), 'twill-protocol-'));
afterAll(() => rmSync(work, { recursive: true }));

const setting = (name: string, data: object) => ({ name, data: { batch: 4, rows: 40, ...data }, steps: 2 });
const small: Protocol = {
  ...madProtocol,
  name: 'small',
  title: 'Small',
  tasks: [
    {
      ...{ task: madCompressionTask, label: 'Compress' },
      settings: [setting('baseline', { length: 6, vocab: 4 }), setting('length-9', { length: 9, vocab: 4 })],
    },
    { task: madMemorizationTask, label: 'Memorize', settings: [setting('baseline', { length: 6, vocab: 8 })] },
  ],
  learningRates: [0.01, 0.03],
};
const size = {
  ...{ name: 'tiny', model: { hidden_size: 8, num_hidden_layers: 1, intermediate_size: 8 } },
  ...{ attn: { num_heads: 2 }, mixers: { gla: { num_heads: 2 }, attention: { num_heads: 2 } } },
};

async function trained(): Promise<SweepResults> {
  const spec = readSweepSpec(protocolSpec(small, { mixers: ['gla', 'attention'], size }), known);
  const on = await device({ name: 'wasm', threads: 1 });
  const { results } = await sweep({
    ...{ directory: join(work, 'small'), spec, cells: planSweep(spec, known) },
    run: (job, signal) => trainCell(job, known, { device: on, signal }),
  });
  return results as SweepResults;
}

describe('of MAD', () => {
  const spec = readSweepSpec(madSpec(['gla']), known);
  const places = cellPlaces(spec, known);

  it('are 396 runs of an architecture, of which 36 are of baselines', () => {
    expect(places.length).toBe(396);
    expect(places.filter(({ name }) => name.includes('-baseline-')).length).toBe(36);
    const counts = madProtocol.tasks.map(({ settings }) => settings.length);
    expect(counts).toEqual([11, 11, 11, 6, 14, 13]);
    for (const { training, data, seed } of places) {
      expect(training.lr * training.minRatio).toBeCloseTo(1e-6, 15);
      expect((training.steps * data.batch) / (data.examples as number)).toBe(200);
      expect([training.warmup, training.beta2, data.rows, data.batch, seed]).toEqual([0, 0.999, 1280, 128, 12345]);
    }
  });

  it('have models that can be made, and data', () => {
    const [first] = spec.grids;
    const rest = spec.grids.filter(({ name, training }) => training.lr === 1e-4 && /vocab|copied|noise/.test(name));
    const cells = planSweep({ ...spec, grids: [first, ...rest] }, known);
    expect(cells.length).toBe(2 * (1 + 3 + 3 + 3 + 5 + 6 + 6));
  });

  it('have no score before they were trained', () => {
    const results = { version: 1, spec, cells: [] } as unknown as SweepResults;
    expect(() => madScore(results)).toThrow(
      /^MAD: GLA lacks 396 of 396 results: mad-compression baseline, lr 0.0001, weight decay 0; .*; and 392 more; go on/,
    );
    const other = readSweepSpec({ grids: [{ task: 'recall', mixers: ['gla'], training: { steps: 1 } }] }, known);
    expect(() => madScore({ ...results, spec: other })).toThrow('MAD: the sweep sweep has no run of it; train what');
  });

  it('stand beside what was published, whose means are those that were printed', () => {
    const means = Object.values(madProtocol.published.scores).map((all) => all.reduce((a, b) => a + b, 0) / all.length);
    expect(means.map((mean) => Number((100 * mean).toFixed(1)))).toEqual([74.5, 66, 73.2, 69.3, 60, 71.8]);
  });
});

describe('a small one', async () => {
  const results = await trained();
  const accuracy = (grid: string, mixer: string, decay: number) => {
    const cell = results.cells.find(({ name }) => name === `${grid}-${mixer}-pure-weightDecay${decay}-s12345`);
    return Object.values(cell?.macroAccuracy as Record<string, number>).at(-1) as number;
  };

  it('scores the best of each setting, the mean of them, and the mean of tasks', () => {
    const scores = protocolScores(results, known, small);
    expect(scores.map(({ title }) => title)).toEqual(['GLA', 'Transformer']);
    for (const { mixer, tasks, average } of scores) {
      const best = (grid: string) =>
        Math.max(...[0.01, 0.03].flatMap((lr) => [0, 0.1].map((decay) => accuracy(`${grid}-lr${lr}`, mixer, decay))));
      const compress = (best('mad-compression-baseline') + best('mad-compression-length-9')) / 2;
      const memorize = best('mad-memorization-baseline');
      expect(tasks.map(({ score }) => score)).toEqual([compress, memorize]);
      expect(average).toBe((compress + memorize) / 2);
      const [{ setting, value, lr, weightDecay }] = tasks[1].settings;
      expect(setting).toBe('baseline');
      expect(value).toBe(accuracy(`mad-memorization-baseline-lr${lr}`, mixer, weightDecay));
    }
  });

  it('is not scored by what failed, is missing, or was trained otherwise', () => {
    const cells = results.cells.map((cell, i) => (i === 3 ? { ...cell, failed: 'diverged' } : cell));
    const failing = { ...results, cells } as SweepResults;
    expect(() => protocolScores(failing, known, small)).toThrow(/^Small: \w+ lacks 1 of 12 results: mad-compression /);
    const [first] = partialScores({ ...results, cells: results.cells.slice(0, -1) }, known, small);
    expect([first.average !== null, first.missing]).toEqual([true, []]);
    const longer = {
      ...small,
      tasks: small.tasks.map((one) => ({ ...one, settings: one.settings.map((a) => ({ ...a, steps: 3 })) })),
    };
    expect(() => protocolScores(results, known, longer)).toThrow('has no run of it');
  });
});

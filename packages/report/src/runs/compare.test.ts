// Runs side by side: what is said follows from the numbers, and no more than they carry.
import { countsOf, taskNamed } from '@twilljs/eval';
import { shapesOnly } from '@twilljs/nn';
import { trainOptions } from '@twilljs/train';
import type { RunRecord } from '@twilljs/train/node';
import { hybrid, known, tasks } from 'twilljs';
import { expect, it } from 'vitest';
import { markdown } from '../markdown.ts';
import { page } from '../page.ts';
import { terminalText } from '../terminal/report.ts';
import { compareRuns } from './compare.ts';
import type { ComparedRun } from './compared.ts';

interface Made {
  readonly model?: object;
  readonly training?: object;
  readonly data?: object;
  readonly seed?: number;
  readonly value?: number;
  readonly error?: number;
  readonly steps?: number;
}

const text = { kind: 'text', sha256: 'a'.repeat(64), length: 32, batch: 2 };

/** A run that was never run: its loss falls to its value, in bits. */
function run(
  name: string,
  { model = {}, training, data = text, seed = 1, value = 2, error = 0.01, steps = 10 }: Made,
): ComparedRun {
  const config = { model_type: 'gla', hidden_size: 8, num_heads: 2, num_hidden_layers: 2, vocab_size: 256, ...model };
  const made = hybrid(config, { mixers: known.mixers, init: shapesOnly() });
  const losses = Array.from({ length: steps }, (_, i) => (value + (8 - value) * 0.1 ** i) * Math.LN2);
  const accuracy = [{ difficulty: 4, mean: value / 4, standardError: error }];
  const bits = { bitsPerByte: value, standardError: error, bitsByPosition: [], copyGain: null };
  const validation = { accuracy, ...bits };
  const record = {
    ...{
      status: steps < 10 ? 'running' : 'finished',
      step: steps,
      skipped: 0,
      command: ['twill', 'train', '--out', name],
    },
    ...{
      model: config,
      training: trainOptions({ steps: 10, ...training }),
      data,
      seed,
      init: null,
      device: 'cpu',
      tier: null,
    },
  } as unknown as RunRecord;
  const task = taskNamed(tasks, (data as typeof text).kind);
  return {
    ...{ name, directory: `runs/${name}`, record, task, measures: task.measures, counts: countsOf(made, 32) },
    metrics: {
      ...{ steps: losses.map((_, i) => i + 1), losses, speeds: [], tokens: steps * 64, step: steps, skipped: [] },
      ...{ validation, validations: [{ step: steps, values: validation }], notes: [] },
    },
  } as unknown as ComparedRun;
}

const said = (...runs: ComparedRun[]) => markdown(compareRuns(runs));

it('settings that differ stand in a table, and what is the same is said', () => {
  const drawn = said(run('a', {}), run('b', { model: { hidden_size: 16 }, training: { lr: 0.01 } }));
  expect(drawn).toContain('| model.hidden_size | 8 | 16 |');
  expect(drawn).toContain('| training.lr | ');
  expect(drawn).toContain('The same in all: data, seed, init and device.');
  expect(drawn).toContain('model.hidden_size and training.lr differ at once');
});

it('differences are set against the errors of measurement', () => {
  const near = said(run('a', { value: 2 }), run('b', { value: 2.02, training: { lr: 0.01 } }));
  // The error of the difference of two independent means: 0.01 times the root of 2.
  expect(near).toContain('b by 0.020 (within 2 standard errors of the difference, 0.014: not told apart)');
  expect(near).toContain('Loss is best, though not by enough to tell, in a (bits per byte 2.000). Behind it: b by');
  expect(near).toContain('There is one seed of each: another seed can move a result');
  const far = said(run('a', { value: 2 }), run('b', { value: 2.05 }));
  expect(far).toContain('Loss is best in a (bits per byte 2.000). Behind it: b by 0.050 (more than 2 standard errors');
  const equal = said(run('a', { value: 2 }), run('b', { value: 2 }));
  expect(equal).toContain('Loss is the same in a and b, to the last digit (bits per byte 2.000).');
});

it('chance stands beside accuracies', () => {
  const data = { kind: 'mqar', length: 16, batch: 4, pairs: 4, vocab: 64 };
  const drawn = said(run('a', { data, value: 2 }), run('b', { data, value: 2.4 }));
  // A guess among the 32 values, half of the vocabulary.
  expect(drawn).toContain('Recall is best in b (accuracy 0.600; chance is 0.031). Behind it: a by 0.100');
  expect(drawn).toContain('| accuracy at 4 pairs |');
});

it('seeds of the same settings say what chance moves', () => {
  const drawn = said(
    run('a', { value: 2 }),
    run('a2', { value: 2.3, seed: 2 }),
    run('b', { value: 2.1, training: { lr: 0.01 } }),
  );
  expect(drawn).toContain('Runs that differ in their seed alone differ by up to 0.300');
  expect(drawn).not.toContain('one seed of each');
});

it('numbers that were measured on other rows are not compared', () => {
  const drawn = said(run('a', {}), run('b', { data: { ...text, sha256: 'b'.repeat(64) } }));
  expect(drawn).toContain('In training they were measured on different rows (sha256 differ)');
  expect(drawn).not.toContain('Behind it');
  expect(drawn).not.toContain('tokenizer');
  const inIds = said(run('a', {}), run('b', { data: { ...text, sha256: 'b'.repeat(64), tokenizer: 'c'.repeat(64) } }));
  expect(inIds).toMatch(
    /\(sha256 and tokenizer differ\): .*, unless the text is the same: bits per byte are by its bytes/,
  );
  expect(said(run('a', {}), run('b', { data: { ...text, batch: 4 } }))).toContain('Loss is the same in a and b');
});

it('unfinished runs, unequal tokens and unequal models are named', () => {
  const drawn = said(run('a', {}), run('b', { steps: 4, model: { num_hidden_layers: 4 } }));
  expect(drawn).toContain('Not finished: b (running, step 4 of 10)');
  expect(drawn).toContain('They read different numbers of tokens: a 640 and b 256.');
  expect(drawn).toMatch(/Parameter counts differ by up to \d+ %\./);
});

it('a terminal has the curves in lines, and a page as pictures', async () => {
  const drawn = compareRuns([run('a', {}), run('long-name', { value: 2.5 })]);
  const lines = terminalText(drawn, 60).split('\n');
  expect(lines).toContain('Training loss, bits per byte');
  expect(lines.find((line) => line.startsWith('  a          8.000 █'))).toMatch(/ 2\.000$/);
  expect(lines.filter((line) => line.length > 130)).toEqual([]);
  const html = await page(drawn);
  expect(html).toContain('<h3>Training loss, bits per byte</h3>');
  expect(html).not.toMatch(/NaN|undefined/);
});

// Every measure that has a name, on tasks of every form and on text, of a linear model, a woven one and attention.
import {
  bitsByLength,
  compared,
  fitsMeasure,
  type Measure,
  measureTask,
  taskNamed,
  taskSettings,
  valuesOf,
} from '@twilljs/eval';
import { measureWord } from '@twilljs/sweep';
import { describe, expect, it } from 'vitest';
import { device, hybrid, known, mixers, tasks } from './index.ts';

const { measures = [] } = known;
const onDevice = await device({ name: 'wasm', threads: 1 });
const text = { tokens: Uint8Array.from({ length: 3000 }, (_, i) => (i * i) % 251), what: 'numbers' };

const models = [
  { model_type: 'deltanet', num_heads: 2 },
  { model_type: 'hgrn', attn: { layers: [1], num_heads: 2 } },
  { model_type: 'attention', num_heads: 2 },
];

it('have names of their own, as command lines have them', () => {
  expect(measures.map(({ name }) => measureWord(name))).toEqual([
    ...['forget-gate', 'memory-length', 'mixer-branch', 'mlp-branch', 'first-token-mass', 'largest-activation'],
    ...['largest-over-median', 'loss-by-position', 'bits-by-length', 'in-context-learning'],
  ]);
});

describe.each(['mqar', 'parity', 'text'])('on the task %s', (name) => {
  it.each(models)('all of them find values that results may hold, of %o', async (given) => {
    const task = taskNamed(tasks, name);
    const settings = taskSettings(task, { length: 64 }, 'test');
    const config = { ...given, hidden_size: 16, intermediate_size: 16, num_hidden_layers: 2, vocab_size: 256 };
    const width = Math.max(task.vocab(settings), 256);
    using model = await hybrid({ ...config, vocab_size: width } as never, { mixers }).to(onDevice);
    const asked = task.readsText ? measures : measures.filter((one) => one !== bitsByLength);
    const probe = task.probe(settings, { seed: 0, text });
    const found = await measureTask(model, task, probe, { measures: asked });
    expect(found.notFinite).toBeNull();
    const written = JSON.parse(JSON.stringify(valuesOf(asked, found)));
    if (!task.readsText) {
      const refused = measureTask(model, task, probe, { measures: [bitsByLength as Measure] });
      await expect(refused).rejects.toThrow('measure bits-by-length: the task makes its own rows');
    }
    for (const one of compared(asked)) {
      expect(fitsMeasure(one, written[one.name]), one.name).toBe(true);
      expect(one.lines(found, task).join('\n')).not.toMatch(/NaN|undefined/);
    }
  });
});

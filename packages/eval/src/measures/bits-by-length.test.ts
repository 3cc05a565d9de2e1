// Bits per byte by length of context: of the same tokens, by what the model says of them.
import { evaluationWindows } from '@twilljs/data';
import { cpu, rng } from '@twilljs/tensor';
import { expect, it } from 'vitest';
import { smallModel, VOCAB } from '../inside/models.test-data.ts';
import { score } from '../score.ts';
import type { TextProbe } from '../tasks/text.ts';
import { bitsByLength } from './bits-by-length.ts';

const WINDOW = 6;

function probeOf(tokens: number, begins?: number[]): TextProbe {
  const text = rng(5).ints(tokens, VOCAB);
  const windows = evaluationWindows({ tokens: text, source: rng(0), length: WINDOW, count: 2 });
  return { text, bytes: 2 * tokens, begins, length: WINDOW, sets: [], windows, copies: null };
}

/** On the reference device, which is meant. */
const modelOf = (mixer: string, more?: object) => smallModel(mixer, more).to(cpu());

const find = (model: ReturnType<typeof smallModel>, probe: TextProbe) => bitsByLength.compute!(model, probe, {});

it('is what the model says of the last half window, from a beginning that lies farther back', async () => {
  using model = await modelOf('gated-deltanet');
  const probe = probeOf(49); // one place, at the end
  const found = bitsByLength.value(await find(model, probe)) as Record<number, number>;
  expect(Object.keys(found)).toEqual(['6', '12', '24', '48']);
  for (const length of [6, 12, 24, 48]) {
    const [inputs, labels] = [probe.text.subarray(48 - length, 48), probe.text.subarray(49 - length, 49)];
    const { nats } = await score(model, {
      ...{ inputs: Int32Array.from(inputs), labels: Int32Array.from(labels) },
      ...{ B: 1, T: length },
    });
    const last = nats.subarray(length - 3).reduce((sum, x) => sum + x, 0) / 3;
    expect(found[length]).toBeCloseTo(last / Math.LN2 / 2, 12);
  }
  expect(new Set(Object.values(found)).size).toBe(4);
});

it('is level where a model sees no further than the shortest context', async () => {
  using model = await modelOf('attention', { window_size: 2 });
  const levels = Object.values(bitsByLength.value(await find(model, probeOf(80))) as object);
  expect(levels).toHaveLength(4);
  for (const level of levels) expect(level).toBeCloseTo(levels[0], 5);
});

it('goes as far as the text does, and is nothing where documents end the context', async () => {
  using model = await modelOf('gla');
  const measure = async (probe: TextProbe) => bitsByLength.value(await find(model, probe));
  expect(Object.keys((await measure(probeOf(20))) as object)).toEqual(['6', '12']);
  expect(await measure(probeOf(200, [0, 50]))).toBeNull();
  expect(bitsByLength.value({})).toBeUndefined();
});

// One text, read in one piece or token by token, and continued whatever was done with its cache, on every device.
import { kernels as attention } from '@twilljs/attention/webgpu';
import { kernels as nn } from '@twilljs/nn/webgpu';
import { kernels as scan } from '@twilljs/scan/webgpu';
import { cpu, rng } from '@twilljs/tensor';
import { deviation } from '@twilljs/tensor/testing';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { continuesAlike, expectedOf, margin, prefilled, read } from './continuing.test-data.ts';
import { cases, drawn, make } from './models.test-data.ts';

const fast = await device({ name: 'wasm' });
const slow = cpu();
const graphics = await webgpuDevices({ kernels: [...nn, ...scan, ...attention] });

const text = drawn(rng(1), [70])[0];

describe.each(cases)('%s', (_, more) => {
  it('says after a prompt and tokens what it says after both at once', async () => {
    const model = await make(more, fast);
    const whole = await prefilled(model, text);
    for (const a of [1, 3, 63, 64, 65]) {
      const { cache, logits } = await prefilled(model, text.slice(0, a));
      let last = logits;
      for (const id of text.slice(a)) last = await read(model, [id], cache);
      expect(deviation(last, whole.logits).error, `${a} and ${70 - a}`).toBeLessThanOrEqual(1e-5);
      const [bytes, expected] = await Promise.all([cache.serialize(), whole.cache.serialize()]);
      expect(bytes.length).toBe(expected.length);
    }
  });
});

continuesAlike(cases, [
  ['cpu', slow],
  ['wasm', fast],
]);
// SwiftShader takes eight seconds for each: `accept` has all of them.
continuesAlike(
  cases.filter(([name]) => name === 'gated-deltanet' || name === 'a hybrid with a window'),
  graphics,
);

it('has texts that say something: most ids are certain', async () => {
  for (const [, more] of cases) {
    const { logits } = await expectedOf(more);
    expect(logits.filter((one) => margin(one) > 1e-3).length / logits.length).toBeGreaterThan(0.8);
  }
});

// Running parity.
import { rng } from '@twilljs/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../../../../golden/evals/synthetic/state.json' with { type: 'json' };
import { emptyBatch } from '../batch.ts';
import { parity } from '../index.ts';
import { writeParity } from './parity.ts';

describe('parity', () => {
  it('labels the bits of the original as the original does', () => {
    const { inputs, labels } = golden.circuits.cumulative_parity;
    const batch = emptyBatch(inputs.length, inputs[0].length);
    for (let row = 0; row < inputs.length; row++) writeParity(batch, row, inputs[row]);
    expect([...batch.inputs]).toEqual(inputs.flat());
    expect([...batch.labels]).toEqual(labels.flat());
  });

  it('is the parity so far, at any length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(99), (length, seed) => {
        const { inputs, labels, B, T } = parity({ batch: 2, source: rng(seed) }).evaluation(2, length);
        expect([B, T]).toEqual([2, length]);
        for (let i = 0; i < 2 * T; i++) {
          const ones = inputs.subarray(i - (i % T), i + 1).reduce((a, b) => a + b, 0);
          expect(labels[i]).toBe(ones % 2);
        }
      }),
      { seed: 9, numRuns: 60 },
    );
  });

  it('trains on 24 bits, evenly, anew every step', () => {
    const task = parity({ source: rng(1) });
    expect(task).toMatchObject({ vocab: 2, chance: 1 / 2, difficulties: [24, 96], B: 64, T: 24 });
    const ones = task.batch(0).inputs.reduce((a, b) => a + b, 0);
    expect(Math.abs(ones - 768)).toBeLessThan(4 * Math.sqrt(384));
    expect(task.batch(1)).not.toEqual(task.batch(0));
    expect(task.batch(1)).toEqual(parity({ source: rng(1) }).batch(1));
  });

  it('refuses no length', () => {
    expect(() => parity({ length: 0, source: rng(1) })).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: parity: length is 0; give a whole number of at least 1.]`,
    );
    expect(() => parity({ source: rng(1) }).evaluation(4, 2.5)).toThrow('parity: length is 2.5');
  });
});

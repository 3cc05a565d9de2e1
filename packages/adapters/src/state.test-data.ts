// Learned initial states: every way to read tokens begins from them, and their gradients are those of f64.
import type { LanguageModel } from '@twilljs/hybrid';
import { cpu, type Device, grad, release, scope, type Tensor, untracked, write } from '@twilljs/tensor';
import { deviation, noise, tolerances } from '@twilljs/tensor/testing';
import { expect, it } from 'vitest';
import { cases, make } from '../../hybrid/src/models.test-data.ts';
import { addAdapter } from './index.ts';

export const exact = cpu({ float: 'f64' });
export const linear = cases.filter(([name]) => !/transformer|queries/.test(name));

export const ids = [
  [1, 2, 3, 4, 5, 6, 7],
  [9, 8, 7, 6, 5, 4, 3],
];

/** With states that were drawn. */
export async function tuned(config: object, device: Device) {
  const model = await make(config, device);
  const adapter = await addAdapter(model, { peft_type: 'STATE' });
  for (const [i, t] of [...adapter.parameters.values()].entries()) write(t, noise(t.size, i));
  return { model, adapter, states: [...adapter.parameters.values()] };
}

async function numbers(t: Tensor): Promise<number[]> {
  const data = [...(await t.data())];
  release(t);
  return data;
}

export async function gradients(model: LanguageModel, states: Tensor[], options = {}): Promise<number[]> {
  const made = scope(() => grad(model.loss(ids, undefined, options), states));
  return (await Promise.all(made.map(numbers))).flat();
}

export function begins(label: string, device: Device, cases: typeof linear): void {
  it.each(cases)(`%s begins from its states on ${label}`, async (_, config) => {
    const plain = await make(config, device);
    const without = await numbers(untracked(() => plain.forward(ids)));
    const { model, adapter, states } = await tuned(config, device);
    const reference = await tuned(config, exact);
    const expected = await numbers(untracked(() => reference.model.forward(ids)));
    const close = (ours: number[], to: number[], kind: 'out' | 'grad' = 'out') =>
      expect(deviation(ours, to).error).toBeLessThan(tolerances.f32[kind]);

    expect(deviation(without, expected).error).toBeGreaterThan(1e-2);
    close(await numbers(untracked(() => model.forward(ids))), expected);
    close(await numbers(model.logits(ids)), expected);
    const slopes = await gradients(reference.model, reference.states);
    close(await gradients(model, states), slopes, 'grad');
    close(await gradients(model, states, { recompute: true }), slopes, 'grad');

    // Sequences of their own in one row, and a cache: read at once, token by token, and of different lengths.
    const N = 20;
    const packed = await numbers(
      untracked(() =>
        model.forward([ids.flat()], undefined, {
          ranges: [
            [0, 7],
            [7, 14],
          ],
        } as never),
      ),
    );
    close(packed, expected);
    using cache = model.cache(2);
    close(await numbers(untracked(() => model.forward(ids, cache))), expected);
    using other = model.cache(2);
    const rows: number[][] = [[], []];
    for (let t = 0; t < 7; t++) {
      const column = await numbers(
        model.next(
          ids.map((row) => [row[t]]),
          other,
        ),
      );
      for (const b of [0, 1]) rows[b].push(...column.slice(b * N, (b + 1) * N));
    }
    close(rows.flat(), expected);

    await adapter.remove();
    expect(await numbers(untracked(() => model.forward(ids)))).toEqual(without);
  });
}

// Rows to compress: every token is drawn as often, the sign stands last, and all of a row is its own label.
import { rng } from '@twilljs/tensor';
import { expect, it } from 'vitest';
import { compression } from '../../index.ts';

it('asks for all of a row, whose last token is the sign', () => {
  const task = compression({ length: 9, vocab: 5, batch: 3, source: rng(2) });
  for (const { inputs, labels, T } of [
    task.batch(0),
    task.batch(7),
    task.evaluation(400, 9),
    task.evaluation(50, 20),
  ]) {
    expect(labels).toEqual(inputs);
    for (const [i, id] of inputs.entries()) expect(id === 4).toBe(i % T === T - 1);
  }
  const { inputs } = task.evaluation(400, 9);
  const counts = [0, 1, 2, 3].map((id) => inputs.filter((one) => one === id).length);
  for (const count of counts) expect(Math.abs(count - 800)).toBeLessThan(4.5 * Math.sqrt(800 * 0.75));
});

// A sweep of so many cells of one model.
import { planSweep, readSweepSpec } from '@twilljs/sweep';
import { known } from 'twilljs';
import { place } from '../../packages/queue/src/sweep.test-data.ts';

const size = {
  name: 'tiny',
  model: { num_hidden_layers: 1, hidden_size: 8, intermediate_size: 8 },
  attn: { num_heads: 2 },
};

export function manyCells(count: number) {
  const seeds = Array.from({ length: count }, (_, i) => i);
  const grid = {
    task: 'recall',
    mixers: ['attention'],
    sizes: [size],
    seeds,
    training: { steps: 2 },
    data: { length: 16, pairs: 2, batch: 2 },
  };
  const spec = readSweepSpec({ name: 'many', grids: [grid] }, known);
  const cells = planSweep(spec, known);
  return { spec, cells, place: { ...place, cells } };
}

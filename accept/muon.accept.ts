// Muon learns: associative recall of 16 pairs in as many steps as AdamW, at least as far in every seed.
import { mqar } from '@twilljs/data';
import { rng } from '@twilljs/tensor';
import { adamw, muon } from '@twilljs/train';
import { expect, it } from 'vitest';
import { accuracies, type Config, learn, report } from './learning.ts';

const seeds = [1, 2, 3];
const own = { weightDecay: 0.01, decayed: 'all' } as const;
const common = { hidden_size: 48, num_hidden_layers: 2, intermediate_size: 96, num_heads: 2 };
/** Two standard errors of a difference: 384 rows ask 6,144 questions, of which about one in fifty has a wrong answer. */
const noise = 0.005;

/** At the rate of AdamW; and the Transformer, of which some seeds are still on their way then, at a rate of Muon's own. */
const cells: [name: string, config: Config, steps: number, lr: number][] = [
  ['DeltaNet', { ...common, model_type: 'delta_net' }, 200, 6e-3],
  ['Transformer', { ...common, model_type: 'transformer' }, 300, 1.5e-2],
];

it.each(cells)('%s: accuracy by Muon is that by AdamW or better, in every seed', async (name, config, steps, lr) => {
  const shared = mqar({ source: rng(0) });
  for (const seed of seeds) {
    const accuracyBy = async (how: Pick<Parameters<typeof learn>[2], 'optimizer' | 'lr'>) => {
      const task = mqar({ steps, source: rng(seed).fork('data') });
      const model = await learn(config, task, { steps, warmup: 50, minRatio: 0.05, ...how }, seed);
      return (await accuracies(model, shared, [16], 384))[0];
    };
    const [byAdam, byMuon] = [
      await accuracyBy({ optimizer: adamw(own), lr: 6e-3 }),
      await accuracyBy({ optimizer: muon(own), lr }),
    ];
    report(`${name}, seed ${seed}, AdamW / Muon`, [byAdam, byMuon]);
    expect(byMuon, `seed ${seed}`).toBeGreaterThanOrEqual(byAdam - noise);
  }
});

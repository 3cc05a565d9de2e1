// What a token costs in training as sequences get longer, batch 1: time, arithmetic and memory.
import type { Benchmark } from '../lib/benchmark.ts';
import { among, inTurns, mostOf } from '../lib/contestant.ts';
import { batchOf, modelIn, sizeText } from '../lib/models.ts';
import { twill } from '../lib/twill.ts';
import { secondsOf, type Trained } from './train.ts';

const tokens = [256, 512, 1024, 2048, 4096];
/** Steps of a turn at the longest; shorter sequences have as many tokens in a turn. */
const STEPS = 2;
const most = tokens[tokens.length - 1];

export const lengths: Benchmark = {
  name: 'lengths',
  title: 'cost of a token in training at 256 to 4096 tokens, batch 1: time, arithmetic, memory',
  async run(bench) {
    const { options, report } = bench;
    for (const family of bench.families(['transformer', 'gated_deltanet', 'hgrn2'])) {
      const model = await modelIn(bench.folder, family, options);
      const commands = tokens.map(async (T) =>
        twill(options, { subject: 'train', model, batch: await batchOf(bench.folder, 1, T) }, `T ${T}`),
      );
      await among(await Promise.all(commands), async (sides) => {
        const flops: number[] = [];
        for (const side of sides) flops.push((await side.ready<{ flops: number }>()).flops);
        for (const side of sides) await side.ask({ steps: 3 });
        const turns = await inTurns<Trained>(sides, options.rounds, (i) => ({
          steps: 1 + (STEPS * most) / tokens[i],
        }));
        const seconds = turns.map(secondsOf);
        const perToken = (values: readonly number[], i: number) => values[i] / tokens[i] / (values[0] / tokens[0]);
        for (const [i, T] of tokens.entries()) {
          const [time, arithmetic] = [perToken(seconds, i), perToken(flops, i)].map((x) => x.toFixed(2));
          report.add({
            ...{ benchmark: 'lengths', case: sizeText(family, options), side: sides[i].name },
            ...{ seconds: seconds[i], tokens: T, flops: flops[i], share: bench.shareOf(flops[i] / seconds[i]) },
            ...mostOf(turns[i]),
            note: `a token costs ${time} x that of T ${tokens[0]}, its arithmetic ${arithmetic} x`,
          });
        }
      });
    }
  },
};

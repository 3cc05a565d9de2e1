// Reading a prompt of 8192 tokens.
import type { Benchmark } from '../lib/benchmark.ts';
import { among, inTurns, mostOf } from '../lib/contestant.ts';
import { median } from '../lib/measure.ts';
import { modelIn, sizeText } from '../lib/models.ts';

const TOKENS = 2 ** 13;

export const prefill: Benchmark = {
  name: 'prefill',
  title: 'reading a prompt of 8192 tokens',
  async run(bench) {
    const { options, report } = bench;
    for (const family of bench.families(['transformer', 'gated_deltanet'])) {
      const model = await modelIn(bench.folder, family, options);
      await among(await bench.sides({ subject: 'prefill', model, tokens: TOKENS }), async (sides) => {
        const [{ flops }] = await Promise.all(sides.map((side) => side.ready<{ flops: number }>()));
        const turns = await inTurns<{ seconds: number }>(sides, options.rounds, () => ({}));
        const medians = turns.map((of) => median(of.map(({ seconds }) => seconds)));
        for (const [i, seconds] of medians.entries()) {
          report.add({
            ...{ benchmark: 'prefill', case: `${sizeText(family, options)}, ${TOKENS} tokens`, side: sides[i].name },
            ...{ seconds, tokens: TOKENS, flops, share: bench.shareOf(flops / seconds) },
            ...{ ...mostOf(turns[i]), ...(i > 0 && { ratio: seconds / medians[0] }) },
          });
        }
      });
    }
  },
};

// Ops by themselves: beside what is their floor, and beside another revision.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/check/repository.ts';
import type { Benchmark } from '../lib/benchmark.ts';
import { among, inTurns } from '../lib/contestant.ts';
import { BenchError } from '../lib/error.ts';
import { median } from '../lib/measure.ts';
import type { OpHello, OpReply } from '../lib/op.ts';

/** A file of subjects/ops each. */
export const opNames = readdirSync(join(root, 'benchmarks/subjects/ops')).map((file) => file.replace('.ts', ''));

export const op: Benchmark = {
  name: 'op',
  title: `--op NAME: ${opNames.join(', ')}`,
  async run(bench) {
    const { options, report } = bench;
    if (!opNames.includes(options.op)) {
      const asked = options.op === '' ? 'no op is named' : `there is no ${options.op}`;
      throw new BenchError(`--op: ${asked}; choose from ${opNames.join(', ')}.`);
    }
    await among(await bench.sides({ subject: `ops/${options.op}` }), async (sides) => {
      const hello: OpHello[] = [];
      for (const side of sides) hello.push(await side.ready<OpHello>());
      for (const [of, { name, flops, beside }] of hello[0].cases.entries()) {
        // A revision may not have the case.
        const having = sides.filter((_, i) => hello[i].cases[of]?.name === name);
        const turns = await inTurns<OpReply>(having, options.rounds, () => ({ of }));
        const result = { benchmark: options.op, case: name, ...(flops && { flops }) };
        const own = median(turns[0].map(({ seconds }) => seconds));
        for (const [i, { name: side }] of having.entries()) {
          const seconds = median(turns[i].map(({ seconds }) => seconds));
          report.add({
            ...{ ...result, side, seconds },
            ...(flops && { share: bench.shareOf(flops / seconds) }),
            ...(i > 0 && { ratio: seconds / own }),
          });
        }
        if (!beside) continue;
        const seconds = median(turns[0].map((reply) => reply.beside!));
        report.add({ ...result, side: beside, seconds, ratio: seconds / own });
      }
    });
  },
};

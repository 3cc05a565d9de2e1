// Training steps: ours and the peers take turns from the same weights on the same batch, and must have the same losses.
import type { Bench, Benchmark } from '../lib/benchmark.ts';
import { among, type Contestant, inTurns, type Reply } from '../lib/contestant.ts';
import { requireSameLosses } from '../lib/losses.ts';
import { median } from '../lib/measure.ts';
import { batchOf, modelIn, sizeText } from '../lib/models.ts';
import { peerCommands } from '../lib/peers.ts';

interface Hello {
  readonly label: string;
  readonly flops?: number;
}

export interface Trained {
  readonly ms: readonly number[];
  readonly losses: readonly number[];
}

/** Steps of a turn; the first one wakes threads and caches, and is not timed. */
const STEPS = 5;
/** Before anything is timed: steps are recorded or compiled. */
const FIRST = 4;

/** Median seconds of a step over all turns. */
export const secondsOf = (turns: readonly Reply<Trained>[]): number =>
  median(turns.flatMap(({ ms }) => ms.slice(1))) / 1000;

/** All turns of all sides. @throws BenchError where losses differ. */
export async function trained(what: string, sides: readonly Contestant[], rounds: number) {
  const first: Reply<Trained>[] = [];
  for (const side of sides) first.push(await side.ask<Trained>({ steps: FIRST }));
  const turns = await inTurns<Trained>(sides, rounds, () => ({ steps: STEPS }));
  const losses = turns.map((of, i) => [first[i], ...of].flatMap(({ losses }) => losses));
  for (const [i, { name }] of sides.entries()) requireSameLosses(what, losses[0], name, losses[i]);
  return turns;
}

export const train: Benchmark = {
  name: 'train',
  title: 'training steps beside PyTorch and another revision: same weights, same losses',
  async run(bench: Bench) {
    const { options, report } = bench;
    for (const family of bench.families()) {
      const job = {
        model: await modelIn(bench.folder, family, options),
        batch: await batchOf(bench.folder, options.batch, options.length),
      };
      const ours = await bench.sides({ subject: 'train', ...job });
      const peers = peerCommands(options, job, ['torch', 'torch-compile']);
      const what = `${sizeText(family, options)}, ${options.batch} x ${options.length}`;
      await among([...ours, ...peers], async (sides) => {
        const hello: Hello[] = [];
        for (const side of sides) hello.push(await side.ready<Hello>());
        const turns = await trained(what, sides, options.rounds);
        const { flops } = hello[0];
        const own = secondsOf(turns[0]);
        for (const [i, { name }] of sides.entries()) {
          const seconds = secondsOf(turns[i]);
          report.add({
            ...{ benchmark: 'train', case: what, side: i < ours.length ? name : hello[i].label },
            ...{ seconds, tokens: options.batch * options.length, ...(flops && { flops }) },
            ...(i === 0 && flops && { share: bench.shareOf(flops / seconds) }),
            ...(i > 0 && { ratio: seconds / own }),
            rss: Math.max(...turns[i].map(({ rss }) => rss)),
          });
        }
      });
    }
  },
};

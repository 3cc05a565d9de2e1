// How the cost of a token in training grows: with the length of a sequence, and with the width of the model.
import type { Bench, Benchmark } from '../lib/benchmark.ts';
import { among, inTurns, mostOf } from '../lib/contestant.ts';
import { batchOf, modelIn } from '../lib/models.ts';
import { twill } from '../lib/twill.ts';
import { secondsOf, type Trained } from './train.ts';

/** What is measured at a place of the axis. */
interface Point {
  readonly at: number;
  readonly width: number;
  readonly B: number;
  readonly T: number;
}

/** Timed tokens of a turn, at least; one step more comes before. */
const TOKENS = 8192;

interface Axis {
  readonly name: string;
  readonly title: string;
  /** Before each value, in the name of its side. */
  readonly letter: string;
  points(options: Bench['options']): readonly Point[];
}

function growth({ name, title, letter, points }: Axis): Benchmark {
  return {
    name,
    title,
    async run(bench) {
      const { options, report } = bench;
      for (const family of bench.families(['transformer', 'gated_deltanet', 'hgrn2'])) {
        const all = points(options);
        const commands = all.map(async ({ at, width, B, T }) => {
          const size = { width, layers: options.layers, ffn: 3 * width };
          const model = await modelIn(bench.folder, family, size);
          return twill(
            options,
            { subject: 'train', model, batch: await batchOf(bench.folder, B, T) },
            `${letter} ${at}`,
          );
        });
        await among(await Promise.all(commands), async (sides) => {
          const flops: number[] = [];
          for (const side of sides) flops.push((await side.ready<{ flops: number }>()).flops);
          for (const side of sides) await side.ask({ steps: 3 });
          const tokens = all.map(({ B, T }) => B * T);
          const turns = await inTurns<Trained>(sides, options.rounds, (i) => ({
            steps: 1 + Math.ceil(TOKENS / tokens[i]),
          }));
          const seconds = turns.map(secondsOf);
          const perToken = (values: readonly number[], i: number) => values[i] / tokens[i] / (values[0] / tokens[0]);
          for (const [i, side] of sides.entries()) {
            const [time, arithmetic] = [perToken(seconds, i), perToken(flops, i)].map((x) => x.toFixed(2));
            report.add({
              ...{ benchmark: name, case: `${family} x ${options.layers}`, side: side.name, seconds: seconds[i] },
              ...{
                tokens: tokens[i],
                flops: flops[i],
                share: bench.shareOf(flops[i] / seconds[i]),
                ...mostOf(turns[i]),
              },
              note: `a token costs ${time} x that of ${sides[0].name}, its arithmetic ${arithmetic} x`,
            });
          }
        });
      }
    },
  };
}

export const lengths = growth({
  name: 'lengths',
  title: 'cost of a token in training at 256 to 4096 tokens, batch 1: time, arithmetic, memory',
  letter: 'T',
  points: ({ width }) => [256, 512, 1024, 2048, 4096].map((T) => ({ at: T, width, B: 1, T })),
});

export const widths = growth({
  name: 'widths',
  title: 'cost of a token in training at widths of 64 to 512',
  letter: 'width',
  points: ({ batch, length }) => [64, 128, 256, 512].map((width) => ({ at: width, width, B: batch, T: length })),
});

// Threads: one process with all of them beside as many processes with one each, which share nothing; and the same bits.
import type { Benchmark } from '../lib/benchmark.ts';
import { among, type Contestant, quiet, type Reply } from '../lib/contestant.ts';
import { BenchError } from '../lib/error.ts';
import { batchOf, modelIn, sizeText } from '../lib/models.ts';
import { twill } from '../lib/twill.ts';
import { secondsOf, type Trained } from './train.ts';

/** Of a turn. */
const STEPS = 6;

export const threads: Benchmark = {
  name: 'threads',
  title: 'one process with --threads beside as many processes with one thread at the same time',
  async run(bench) {
    const { options, report } = bench;
    const { threads, batch, length, rounds } = options;
    for (const family of bench.families(['transformer', 'gated_deltanet'])) {
      const model = await modelIn(bench.folder, family, options);
      const job = { subject: 'train', model, batch: await batchOf(bench.folder, batch, length) };
      const together = await twill(options, job, `1 process, threads: ${threads}`);
      const alone = await twill({ ...options, threads: 1 }, job, '1 process, threads: 1');
      await among([together, ...Array.from({ length: threads }, () => alone)], async ([all, ...ones]) => {
        for (const side of [all, ...ones]) await side.ready();
        const first: Reply<Trained>[] = [];
        for (const side of [all, ones[0]]) first.push(await side.ask<Trained>({ steps: STEPS }));
        if (`${first[0].losses}` !== `${first[1].losses}`) {
          throw new BenchError(
            `threads: losses of ${family} are ${first[0].losses} and, by one thread, ${first[1].losses}.`,
          );
        }
        for (const one of ones.slice(1)) await one.ask({ steps: STEPS });
        const [together, apart, single] = await measured(all, ones, rounds);
        const result = {
          benchmark: 'threads',
          case: `${sizeText(family, options)}, ${batch} x ${length}`,
          tokens: batch * length,
        };
        report.add({ ...result, side: all.name, seconds: together });
        report.add({ ...result, side: `${threads} processes, together`, seconds: apart, ratio: apart / together });
        report.add({ ...result, side: ones[0].name, seconds: single, ratio: single / together });
      });
    }
  },
};

/** Seconds for a step of one process with all threads; of all processes at the same time, per step of one of them; of one alone. */
async function measured(
  all: Contestant,
  ones: readonly Contestant[],
  rounds: number,
): Promise<[number, number, number]> {
  const [together, apart, single]: Reply<Trained>[][] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    await quiet();
    together.push(await all.ask<Trained>({ steps: STEPS }));
    await quiet();
    apart.push(...(await Promise.all(ones.map((one) => one.ask<Trained>({ steps: STEPS })))));
    await quiet();
    single.push(await ones[0].ask<Trained>({ steps: STEPS }));
  }
  return [secondsOf(together), secondsOf(apart) / ones.length, secondsOf(single)];
}

// Training steps, and the forward alone: ours and the peers take turns from the same weights on the same batch, and must have the same losses.
import type { Benchmark } from '../lib/benchmark.ts';
import { among, type Contestant, inTurns, mostOf, type Reply } from '../lib/contestant.ts';
import { requireSameLosses } from '../lib/losses.ts';
import { median } from '../lib/measure.ts';
import { batchOf, modelIn, sizeText } from '../lib/models.ts';
import { peerCommands } from '../lib/peers.ts';

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
async function trained(what: string, sides: readonly Contestant[], rounds: number) {
  const first: Reply<Trained>[] = [];
  for (const side of sides) first.push(await side.ask<Trained>({ steps: FIRST }));
  const turns = await inTurns<Trained>(sides, rounds, () => ({ steps: STEPS }));
  const losses = turns.map((of, i) => [first[i], ...of].flatMap(({ losses }) => losses));
  for (const [i, { name }] of sides.entries()) requireSameLosses(what, losses[0], name, losses[i]);
  return { first, turns };
}

/** @param peers those that do this work. */
function sameWork(name: 'train' | 'forward', title: string, peers: readonly string[]): Benchmark {
  return {
    name,
    title,
    async run(bench) {
      const { options, report } = bench;
      const { batch, length } = options;
      for (const family of bench.families()) {
        const model = await modelIn(bench.folder, family, options);
        const job = { model, batch: await batchOf(bench.folder, batch, length) };
        const ours = await bench.sides({ subject: name, ...job });
        const what = `${sizeText(family, options)}, ${batch} x ${length}`;
        await among([...ours, ...(await peerCommands(options, family, job, peers))], async (sides) => {
          const hello: { label: string; flops?: number }[] = [];
          for (const side of sides) hello.push(await side.ready());
          const { first, turns } = await trained(what, sides, options.rounds);
          const flops = hello[0].flops!;
          const own = secondsOf(turns[0]);
          for (const [i, side] of sides.entries()) {
            const seconds = secondsOf(turns[i]);
            report.add({
              ...{ benchmark: name, case: what, side: i < ours.length ? side.name : hello[i].label },
              ...{ seconds, tokens: batch * length, flops, share: bench.shareOf(flops / seconds) },
              ...(i > 0 && { ratio: seconds / own }),
              ...mostOf(turns[i]),
              note: `first step ${(first[i].ms[0] / 1000).toFixed(1)} s${i > 0 ? ', same losses' : ''}`,
            });
          }
        });
      }
    },
  };
}

export const train = sameWork(
  'train',
  'training steps beside PyTorch, jax-js, tfjs, our own on gpu.js and another revision: same weights, same losses',
  ['gpujs', 'torch', 'torch-avx2', 'torch-compile', 'jax', 'tfjs'],
);

export const forward = sameWork('forward', 'the forward alone, up to the logits, beside onnxruntime-web', ['ort']);

// What the host adds to the kernels of a step: recorded beside eager, on one thread, whose walk of the launches is timed.
import type { Benchmark } from '../lib/benchmark.ts';
import { among, inTurns } from '../lib/contestant.ts';
import { median } from '../lib/measure.ts';
import { batchOf, modelIn, sizeText } from '../lib/models.ts';
import { twill } from '../lib/twill.ts';
import type { Hosted } from '../subjects/host.ts';

export const host: Benchmark = {
  name: 'host',
  title: 'what JavaScript adds to the kernels of a training step, and the memory: recorded beside eager',
  async run(bench) {
    const { options, report } = bench;
    for (const family of bench.families(['transformer', 'gated_deltanet', 'hgrn'])) {
      const model = await modelIn(bench.folder, family, options);
      const job = { subject: 'host', model, batch: await batchOf(bench.folder, options.batch, options.length) };
      const place = { ...options, threads: 1 };
      const commands = [
        await twill(place, { ...job, eager: false }, 'recorded'),
        await twill(place, { ...job, eager: true }, 'eager'),
      ];
      await among(commands, async (sides) => {
        for (const side of sides) await side.ready();
        const turns = await inTurns<Hosted>(sides, options.rounds, () => ({}));
        for (const what of ['seconds', 'host'] as const) {
          const medians = turns.map((of) => median(of.map((turn) => turn[what])));
          for (const [i, { name }] of sides.entries()) {
            const { launches, workspace, most } = turns[i][0];
            const notes = [`at most ${(most / 1e6).toFixed(1)} MB in tensors`];
            if (launches > 0) notes.push(`${(workspace / 1e6).toFixed(1)} MB of it workspace; ${launches} launches`);
            if (launches > 0 && what === 'host') notes.push(`${((1e6 * medians[i]) / launches).toFixed(2)} us each`);
            report.add({
              ...{
                benchmark: 'host',
                case: `${sizeText(family, options)}, ${what === 'host' ? 'outside of kernels' : 'a step'}`,
              },
              ...{ side: name, seconds: medians[i], ...(i > 0 && { ratio: medians[i] / medians[0] }) },
              note: notes.join(', '),
            });
          }
        }
      });
    }
  },
};

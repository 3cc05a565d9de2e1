// Where a training step goes, kernel by kernel: on one thread, since kernels run one after the other.
import type { Benchmark } from '../lib/benchmark.ts';
import { among } from '../lib/contestant.ts';
import { median } from '../lib/measure.ts';
import { batchOf, modelIn, sizeText } from '../lib/models.ts';
import { twill } from '../lib/twill.ts';
import type { Profile } from '../subjects/profile.ts';

export const profile: Benchmark = {
  name: 'profile',
  title: 'where a training step goes, kernel by kernel, on one thread',
  async run(bench) {
    const { options, report } = bench;
    for (const family of bench.families()) {
      const model = await modelIn(bench.folder, family, options);
      const job = { subject: 'profile', model, batch: await batchOf(bench.folder, options.batch, options.length) };
      await among([await twill({ ...options, threads: 1 }, job)], async ([side]) => {
        await side.ready();
        const steps: Profile[] = [];
        for (let n = 0; n < 2 * options.rounds; n++) steps.push(await side.ask<Profile>({}));
        const whole = median(steps.map(({ seconds }) => seconds));
        const kernels = steps[0].kernels.map(([name, launches], i) => ({
          ...{ name, launches },
          seconds: median(steps.map(({ kernels }) => kernels[i][2])),
        }));
        const inKernels = kernels.reduce((sum, { seconds }) => sum + seconds, 0);
        const result = { benchmark: 'profile', case: sizeText(family, options) };
        const share = (seconds: number) => `${((100 * seconds) / whole).toFixed(1)} %`;
        report.add({ ...result, side: 'a step', seconds: whole });
        report.add({ ...result, side: 'JavaScript', seconds: whole - inKernels, note: share(whole - inKernels) });
        for (const { name, launches, seconds } of kernels.toSorted((a, b) => b.seconds - a.seconds)) {
          report.add({ ...result, side: `${name} x ${launches}`, seconds, note: share(seconds) });
        }
      });
    }
  },
};

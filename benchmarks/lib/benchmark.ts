// What a benchmark is, and what it is given: options, sides, a report, and the peak of the machine.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { among, type Command, quiet } from './contestant.ts';
import { BenchError } from './error.ts';
import { median } from './measure.ts';
import { familyNames } from './models.ts';
import type { Options } from './options.ts';
import { peakModules } from './peak.ts';
import type { Report } from './results.ts';
import { checkoutOf, type Job, twill } from './twill.ts';

export interface Benchmark {
  readonly name: string;
  /** A line of the help. */
  readonly title: string;
  run(bench: Bench): Promise<void>;
}

/** Times that the peak is looked at. */
const LOOKS = 10;

/** What all benchmarks of one run share. */
export class Bench {
  readonly options: Options;
  readonly report: Report;
  /** For models and batches; gone afterwards. */
  readonly folder: string;
  private peak = 0;

  constructor(options: Options, report: Report) {
    this.options = options;
    this.report = report;
    for (const name of options.families) {
      if (familyNames.includes(name)) continue;
      throw new BenchError(`--family: ${name} is none; choose from ${familyNames.join(', ')}.`);
    }
    this.folder = mkdtempSync(join(tmpdir(), 'twill-bench-'));
  }

  /** The models to measure, as asked or else these. */
  families(otherwise: readonly string[] = familyNames): readonly string[] {
    return this.options.families.length > 0 ? this.options.families : otherwise;
  }

  /** Our sides for a job: this checkout and, where one is asked for, another revision. */
  async sides(job: Job): Promise<Command[]> {
    const own = await twill(this.options, job);
    if (!this.options.base) return [own];
    const { checkout, commit } = checkoutOf(this.options.base);
    return [own, await twill(this.options, job, `base ${commit}`, checkout)];
  }

  /** Says where all of this runs, and measures what its arithmetic units do at most. */
  async begin(): Promise<void> {
    const job = { subject: 'peak', modules: await peakModules() };
    await among([await twill(this.options, job)], async ([side]) => {
      const { tier, node } = await side.ready<{ tier: string; node: string }>();
      const looks: number[] = [];
      for (let n = 0; n < LOOKS; n++) {
        looks.push((await side.ask<{ flops: number }>({})).flops);
      }
      await quiet();
      this.peak = median(looks);
      this.report.machine({ node, tier, threads: this.options.threads, cpu: cpus()[0].model, peak: this.peak });
    });
  }

  /** Of all threads at the peak. */
  shareOf(flopsPerSecond: number, threads = this.options.threads): number {
    return flopsPerSecond / (threads * this.peak);
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

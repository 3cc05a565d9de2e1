// From import to the first finished step, in processes of their own, with the packages as they are built.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../scripts/check/repository.ts';
import type { Benchmark } from '../lib/benchmark.ts';
import { quiet } from '../lib/contestant.ts';
import { median } from '../lib/measure.ts';

interface First {
  readonly seconds: number;
  readonly imported: number;
  readonly ready: number;
  /** Since the process began. */
  readonly process: number;
}

export const start: Benchmark = {
  name: 'start',
  title: 'import to the first finished step, of the built packages, width 128 transformer, 8 x 128',
  async run({ options, report }) {
    execFileSync('npx', ['-y', 'pnpm@10', 'exec', 'turbo', 'build', '--output-logs=errors-only'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
    });
    const runs: First[] = [];
    for (let round = 0; round < options.rounds; round++) {
      await quiet();
      const env = { ...process.env, TWILL_THREADS: String(options.threads) };
      runs.push(
        JSON.parse(
          execFileSync(options.node, [join(root, 'benchmarks/subjects/first.mjs')], { encoding: 'utf8', env }),
        ),
      );
    }
    const ms = (of: (run: First) => number) => `${Math.round(1000 * median(runs.map(of)))} ms`;
    report.add({
      ...{ benchmark: 'start', case: 'import to first finished step', side: 'twill' },
      seconds: median(runs.map(({ seconds }) => seconds)),
      note: `imported after ${ms((r) => r.imported)}, model on its device after ${ms((r) => r.ready)}; ${ms((r) => r.process)} since the process began`,
    });
  },
};

// The small study, whole: seconds of processor time of its cells, beside another revision.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/check/repository.ts';
import type { Benchmark } from '../lib/benchmark.ts';
import { median } from '../lib/measure.ts';
import { checkoutOf } from '../lib/twill.ts';

/** User seconds of a sweep and of all the processes that it starts. */
function userSeconds(node: string, checkout: string): number {
  const out = mkdtempSync(join(tmpdir(), 'twill-study-'));
  try {
    const twill = ['--import', 'tsx', '--conditions=@twilljs/source', 'scripts/twill.ts'];
    const words = [...twill, 'sweep', '--preset', 'small', '--out', join(out, 'runs')];
    const script = 'TIMEFORMAT=%U; { time "$@" >/dev/null 2>"$0"; } 2>&1';
    const log = join(out, 'log');
    return Number(execFileSync('bash', ['-ec', script, log, node, ...words], { cwd: checkout, encoding: 'utf8' }));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

export const study: Benchmark = {
  name: 'study',
  title: 'user seconds of the small study, whole (58 models), beside --base; --rounds 1 takes its time already',
  async run({ options, report }) {
    const sides = [{ name: 'twill', checkout: root }];
    if (options.base) {
      const { checkout, commit } = checkoutOf(options.base);
      sides.push({ name: `base ${commit}`, checkout });
    }
    const seconds = sides.map((): number[] => []);
    for (let round = 0; round < options.rounds; round++) {
      for (const [i, { checkout }] of sides.entries()) seconds[i].push(userSeconds(options.node, checkout));
    }
    const own = median(seconds[0]);
    for (const [i, { name }] of sides.entries()) {
      const side = median(seconds[i]);
      const result = { benchmark: 'study', case: 'user seconds of the small study, whole', side: name, seconds: side };
      report.add({ ...result, ...(i > 0 && { ratio: side / own }) });
    }
  },
};

// `pnpm bench [name ...]`: runs the programs of benchmarks/, all or those named, one after another; `--inspect` shows what the steps of one run.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compileKernels } from './asc.ts';
import { root } from './check/repository.ts';

/** What the programs share. */
const shared = ['inspect.ts', 'measure.ts', 'recurrence.ts', 'step-models.ts'];
const programs = readdirSync(join(root, 'benchmarks'))
  .filter((file) => file.endsWith('.ts') && !shared.includes(file))
  .map((file) => file.slice(0, -'.ts'.length));
const inspects = process.argv.includes('--inspect');
const asked = process.argv.slice(2).filter((word) => word !== '--inspect');
const unknown = asked.filter((name) => !programs.includes(name));

if (unknown.length > 0) {
  console.error(`bench: there is no ${unknown.join(', ')}; choose from ${programs.join(', ')}.`);
  process.exitCode = 2;
} else {
  await compileKernels(root);
  const chosen = inspects ? ['inspect'] : asked.length > 0 ? asked : programs;
  for (const name of chosen) await import(`../benchmarks/${name}.ts`);
}

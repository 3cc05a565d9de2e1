// `pnpm bench [name ...]`: runs the programs of benchmarks/, all or those named, one after another.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compileKernels } from './asc.ts';
import { root } from './check/repository.ts';

/** What the programs share. */
const shared = ['measure.ts', 'recurrence.ts'];
const programs = readdirSync(join(root, 'benchmarks'))
  .filter((file) => file.endsWith('.ts') && !shared.includes(file))
  .map((file) => file.slice(0, -'.ts'.length));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !programs.includes(name));

if (unknown.length > 0) {
  console.error(`bench: there is no ${unknown.join(', ')}; choose from ${programs.join(', ')}.`);
  process.exitCode = 2;
} else {
  await compileKernels(root);
  for (const name of asked.length > 0 ? asked : programs) await import(`../benchmarks/${name}.ts`);
}

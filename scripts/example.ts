// `pnpm example 05`: brings the kernels up to date and runs one program of examples/, by its number or name.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compileKernels } from './asc.ts';
import { root } from './check/repository.ts';

const files = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.ts'));
const [asked = ''] = process.argv.slice(2);
const file = files.find((file) => [file, file.slice(0, -'.ts'.length), file.slice(0, 2)].includes(asked));

if (file === undefined) {
  console.error(
    `example: there is no '${asked}'; choose from ${files.map((f) => f.slice(0, -'.ts'.length)).join(', ')}.`,
  );
  process.exitCode = 2;
} else {
  await compileKernels(root);
  await import(`../examples/${file}`);
}

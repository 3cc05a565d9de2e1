// `pnpm twill` and `pnpm start`: brings the kernels up to date, returns to the caller's folder and runs the command line.
import { fileURLToPath } from 'node:url';
import { compileKernels } from './asc.ts';

await compileKernels(fileURLToPath(new URL('..', import.meta.url)));
process.chdir(process.env.INIT_CWD ?? '.');
await import('../packages/cli/src/main.ts');

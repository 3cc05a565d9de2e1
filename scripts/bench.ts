// `pnpm bench NAME ...`: runs benchmarks of benchmarks/registry.ts, one after another; without a name it says which there are.
import { Bench } from '../benchmarks/lib/benchmark.ts';
import { BenchError } from '../benchmarks/lib/error.ts';
import { flags, readOptions } from '../benchmarks/lib/options.ts';
import { Report } from '../benchmarks/lib/results.ts';
import { benchmarks } from '../benchmarks/registry.ts';
import { compileKernels } from './asc.ts';
import { root } from './check/repository.ts';

function help(): string {
  const line = (name: string, words: string) => `  ${name.padEnd(26)} ${words}`;
  return [
    'Usage: pnpm bench NAME ... [options]',
    '',
    ...benchmarks.map(({ name, title }) => line(name, title)),
    line('page', 'docs/speed.md and its picture, from the results of --out'),
    '',
    ...Object.entries(flags).map(([name, { value, words }]) => line(`--${name}${value ? ` ${value}` : ''}`, words)),
    '',
    'benchmarks/README.md has the commands behind the figures of docs/speed.md.',
  ].join('\n');
}

async function main(words: readonly string[]): Promise<void> {
  const options = readOptions(words);
  if (options.help || options.names.length === 0) {
    process.stdout.write(`${help()}\n`);
    return;
  }
  if (`${options.names}` === 'page') {
    const { writePage } = await import('../benchmarks/page.ts');
    return writePage(options.out);
  }
  const chosen = options.names.map((name) => {
    const found = benchmarks.find((benchmark) => benchmark.name === name);
    if (found) return found;
    throw new BenchError(
      `there is no ${name}; choose from ${[...benchmarks.map(({ name }) => name), 'page'].join(', ')}.`,
    );
  });
  const bench = new Bench(options, new Report(options.out, options.json));
  try {
    await compileKernels(root);
    await bench.begin();
    for (const benchmark of chosen) await benchmark.run(bench);
  } finally {
    bench.end();
  }
}

process.stdout.on('error', () => process.exit()); // nobody reads on: `| head`; the sides end with their input

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = error instanceof BenchError ? 2 : 1;
}

// Flags of twill eval --tasks, and which others do not go with it.
import { OptionError } from '@twilljs/tensor';
import type { Option } from 'commander';
import { known } from 'twilljs';
import { option } from '../flags.ts';

import { allNamed } from './names.ts';
import type { BenchmarkOptions } from './run.ts';

export const benchmarkFlags = (): Option[] => [
  option(
    '--tasks <names>',
    'benchmarks and suites of the lm-evaluation-harness, with commas, or paths of modules with your own; list shows all',
  ),
  option(
    '--limit <n>',
    'with --tasks: the first so many documents of each; of made ones, of each length (default: all)',
    {
      type: 'integer',
      min: 1,
    },
  ),
  option('--shots <n>', 'with --tasks: examples in every prompt (default: as many as the task says)', {
    ...{ type: 'integer', min: 0, max: 1000 },
  }),
  option('--max-length <n>', 'with --tasks: tokens that the model reads at once (default: as its configuration says)', {
    ...{ type: 'integer', min: 2, max: 2 ** 31 },
  }),
  option(
    '--form <name>',
    'with --tasks: whose texts and scores, official or those of the harness (default: official)',
    {
      ...{ type: 'string', oneOf: ['official', 'lm-eval'] },
    },
  ),
  option('--out <dir>', 'with --tasks: where results go (default: evals in the directory of the model)'),
];

/** As commander calls the flags of the one way to measure, and of the other. */
const [ofBenchmarks, ofTask] = [
  ['limit', 'shots', 'maxLength', 'form', 'out'],
  ['task', 'taskOption', 'measure', 'all', 'eager', 'format', 'column', 'onBadLine', 'bos', 'eos'],
];

/** Whether benchmarks are asked for. @throws OptionError for flags of both ways at once. */
export function asksBenchmarks(
  options: Readonly<Record<string, unknown>>,
): options is Readonly<Record<string, unknown>> & BenchmarkOptions {
  const isAsked = options.tasks !== undefined;
  requireTask(options.task);
  const strange = (isAsked ? ofTask : ofBenchmarks).find((name) => options[name] !== undefined);
  if (strange === undefined) return isAsked;
  const flag = `--${strange.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new OptionError(
    isAsked
      ? `${flag} does not go with --tasks, which says itself how its documents are read; leave one of them out.`
      : `${flag} is about --tasks, which is not given; add it, or leave ${flag} out.`,
  );
}

/** The names of the two ways are easily taken for each other. */
function requireTask(name: unknown): void {
  const isTask = known.tasks.some((task) => task.name === name || task.aliases?.some((alias) => alias === name));
  if (isTask || !allNamed().some((one) => one.name === name)) return;
  throw new OptionError(`--task names ${name}, which is a benchmark; ask for it by --tasks ${name}.`);
}

// twill sweep: a grid of models, each trained in a process of its own; run it again and it goes on.

import { join } from 'node:path';
import { duration, wrapped } from '@twilljs/report';
import { OptionError } from '@twilljs/tensor';
import { Argument, Option } from 'commander';
import { known, sweepPresets } from 'twilljs';
import { type Context, makeCommand, type Result } from '../command.ts';
import { option } from '../flags.ts';
import { runQueued } from '../queue/fill.ts';
import { leaseFlag, queueFlag, requireNoneOf } from '../queue/load.ts';
import { askedOf, attend, type WatchFlags, watchFlags } from '../queue/watch.ts';
import { beginsLong, EACH, jobsFlag, type LongAsked, yesFlag } from '../sweep/begin.ts';
import { openSweep, type PresetName, runSweep, type SweepAsked, sizeText, trainedHere } from '../sweep/run.ts';
import { readingFlags, WHAT_DATA_TAKES } from '../texts/flags.ts';
import { tokenizerFlag } from '../tokenizer.ts';

const presetNames = Object.keys(sweepPresets) as PresetName[];

/** Presets that take a night or more: nobody shall begin them by mistake. */
const longPresets: readonly PresetName[] = ['paper-mini', 'paper'];

interface Options extends Omit<SweepAsked, 'out'>, LongAsked, WatchFlags {
  readonly preset: PresetName | undefined;
  readonly out: string | undefined;
  readonly queue: string | undefined;
  readonly lease: number | undefined;
}

export function sweepGrid() {
  const command = makeCommand({
    name: 'sweep',
    summary: 'Trains a grid of models, mixer x ratio x size x seed and any option, and leaves results.json.',
    seed: 'is added to every seed of the specification',
    threads: EACH,
    examples: [
      'twill sweep --preset small --out runs/small',
      'twill sweep grid.json --out runs/grid --jobs 4',
      "twill sweep --preset paper-mini --data 'books/*.txt' --out runs/night --yes",
      'twill sweep grid.json --out /shared/grid --queue redis://host',
      'twill sweep --queue redis://host --watch',
    ],
    notes: [
      'Run it again with the same --out: what is finished is kept, what was stopped goes on, what failed is tried again.\n' +
        'A cell that fails is recorded and does not stop the others; exit code 1 says that there was one.',
      'A specification: {"grids": [{"task": "recall", "mixers": ["hgrn2", "attention"], "ratios": ["pure", "1:1"],\n' +
        '"seeds": [1, 2], "training": {"steps": 300}, "over": {"lr": [3e-3, 1e-2], "hidden_size": [32, 64]}}]}.\n' +
        `${wrapped(`Tasks are ${known.tasks.map(({ name, aliases: [alias = name] = [] }) => alias).join(', ')}.`, 118)}\n` +
        'A ratio is 3:1, three linear layers to a full one, or 4, one full layer in 4, which is the same. What is in "over" goes\n' +
        'through its values: options of training or of the task, fields of the model. In the place of a task, a mixer or a\n' +
        'measure may stand the path of a module with your own. A grid may say more: "sizes", "data" (options of the task),\n' +
        '"measures", "name" and "section". The sweep.json of another sweep will do, too.',
    ],
  })
    .addArgument(new Argument('[spec]', 'a JSON file that says what to compare'))
    .addOption(new Option('--preset <name>', 'a specification that has a name').choices(presetNames))
    .addOption(new Option('--corpus, --data <glob...>', `for language models: ${WHAT_DATA_TAKES} (default: Moby-Dick)`))
    .addOption(option('--out <dir>', 'where everything goes'))
    .addOption(jobsFlag())
    .addOption(queueFlag('leave the cells to the workers of a queue on Redis'))
    .addOption(leaseFlag())
    .addOption(yesFlag());
  for (const flag of [...watchFlags(), ...readingFlags(), tokenizerFlag('bytes')]) command.addOption(flag);
  return {
    command,
    run: (context: Context, [file]: readonly string[], options: Options) => {
      const word = askedOf(options, options.queue, command);
      if (word !== null) return attend(word, options.queue as string, context);
      if (options.queue !== undefined) requireNoneOf(command, ['jobs', 'threads'], 'cells are trained by twill worker');
      else requireNoneOf(command, ['lease'], 'there is no --queue');
      return runGrid(context, file, options);
    },
  };
}

async function runGrid(context: Context, file: string | undefined, options: Options): Promise<Result> {
  const { terminal, note, say } = context;
  const { preset, out, jobs, queue } = options;
  terminal.outliveReader();
  const started = performance.now();
  if (out === undefined) throw new OptionError('--out is missing: it names the directory of the sweep; add it.');
  const asked = { ...options, out };
  const opened = await openSweep(sourceOf(preset, file), asked, context);
  const { spec, cells } = opened;
  if (preset !== undefined && longPresets.includes(preset)) {
    if (!(await beginsLong(`--preset ${preset}`, opened, options, context))) {
      return { answer: false, data: { out, status: 'declined' } };
    }
  } else {
    const how =
      queue === undefined ? `${jobs} at a time, into ${out}. Ctrl-C stops` : `by workers, into ${out}. Ctrl-C leaves`;
    note(`${spec.name}: ${sizeText(cells)}, ${how}; the same command goes on.\n`);
  }
  const { failures, skipped } =
    queue === undefined
      ? await runSweep(opened, trainedHere(jobs), asked, terminal)
      : await runQueued(opened, { ...asked, queue, lease: options.lease }, context);
  const seconds = (performance.now() - started) / 1000;
  for (const [name, message] of failures) say(`${name} failed: ${message}\n`);
  for (const { line } of skipped) say(`${line}\n`);
  say(`${cells.length - failures.size} of ${cells.length} cells in ${duration(seconds)}\n`);
  say(`results     ${join(out, 'results.json')}\nnext        ${terminal.self} report ${out}\n`);
  return {
    answer: failures.size === 0,
    data: {
      ...{ out, cells: cells.length, failed: Object.fromEntries(failures), seconds },
      skipped: Object.fromEntries(skipped.map(({ name, count }) => [name, count])),
    },
  };
}

function sourceOf(preset: PresetName | undefined, file: string | undefined) {
  if (preset !== undefined && file !== undefined) {
    throw new OptionError(`--preset ${preset} and ${file} both say what to compare; give one of them.`);
  }
  const source = preset === undefined ? file : sweepPresets[preset];
  if (source !== undefined) return source;
  throw new OptionError(`nothing to compare: give a specification or --preset, one of ${presetNames.join(', ')}.`);
}

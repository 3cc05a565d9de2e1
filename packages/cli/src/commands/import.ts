// twill import: what a trainer for clusters has left of the jobs of twill export.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Reading, readingOf } from '@twilljs/data/node';
import { grouped } from '@twilljs/eval';
import { readTokenizerFiles } from '@twilljs/hub/node';
import { countParams } from '@twilljs/nn';
import { familiesOf, planSweep } from '@twilljs/sweep';
import { measureSweep, openSpec, readSweepText } from '@twilljs/sweep/node';
import { FileError, OptionError } from '@twilljs/tensor';
import { Argument, Option } from 'commander';
import { known } from 'twilljs';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { openDevice } from '../device.ts';
import { Interrupted } from '../failure.ts';
import { option } from '../flags.ts';
import { SWEEP } from '../flame/folder.ts';
import { DUMP, loadResult, type ReadingResults, readManifest, resultOf } from '../flame/results.ts';
import { readingFlags, WHAT_DATA_TAKES } from '../texts/flags.ts';
import { textReader } from '../texts/reader.ts';
import { openTokenizer } from '../tokenizer.ts';

interface Options extends CommonOptions, Reading {
  readonly out: string | undefined;
  readonly data: readonly string[] | undefined;
}

export function importResults() {
  const command = makeCommand({
    name: 'import',
    summary: 'Reads what flame has left of the jobs of twill export: checks it, and measures a sweep for twill report.',
    seed: null,
    device: 'where models are measured; auto is the fastest one here',
    examples: ["twill import paper --data 'held-out/*.txt' --out runs/paper", 'twill import book'],
    notes: [
      'Of a sweep every finished model is measured on what is held out of --data, as cells of twill sweep are, and results.json\n' +
        'is written. Call it again when more jobs have finished: what is measured stays. Of a job alone the result is checked.',
      'Configuration, names and shapes of all weights have to be those of the job.',
    ],
  })
    .addArgument(new Argument('<folder>', 'what twill export has written, with the results of flame in it'))
    .addOption(option('--out <dir>', 'where the results of a sweep go'))
    .addOption(new Option('--data <glob...>', `what models of a sweep are measured on: ${WHAT_DATA_TAKES}`));
  for (const flag of readingFlags()) command.addOption(flag);
  return {
    command,
    run: (context: Context, [folder]: readonly string[], options: Options) =>
      existsSync(join(folder, SWEEP)) ? importSweep(context, folder, options) : importJob(context, folder, options),
  };
}

function readingResults({ terminal, note }: Context, options: Options): ReadingResults {
  let device: ReturnType<typeof openDevice> | undefined;
  return {
    mixers: familiesOf(known),
    device: () => {
      device ??= openDevice(options);
      return device;
    },
    signal: terminal.signal,
    note: (line) => note(`note: ${line}\n`),
  };
}

async function importJob(context: Context, folder: string, options: Options): Promise<Result> {
  if (!existsSync(join(folder, 'manifest.json'))) {
    throw new FileError(
      `${folder}: holds neither ${SWEEP} nor manifest.json; name a folder that twill export has written.`,
    );
  }
  for (const flag of ['out', 'data'] as const) {
    if (options[flag] !== undefined) {
      throw new OptionError(
        `--${flag} is for the jobs of a sweep, and ${folder} is one alone; leave it out, and use twill eval.`,
      );
    }
  }
  const reading = readingResults(context, options);
  const found = resultOf(folder, reading);
  if (typeof found === 'string') throw new FileError(`${found}; run run.sh there.`);
  const { steps, tokens } = readManifest(folder);
  using model = await loadResult(folder, reading);
  const at = join(folder, DUMP);
  const parameters = countParams(model);
  context.say(`${at}: ${grouped(parameters)} parameters after ${grouped(steps)} steps; it is what the job asked for\n`);
  context.say(`next        ${context.terminal.self} eval ${at}\n`);
  return { answer: true, data: { directory: at, parameters, steps, tokens } };
}

async function importSweep(context: Context, folder: string, options: Options): Promise<Result> {
  const { terminal, note, say } = context;
  const { out, data, device: _, threads: __, ...rest } = options;
  if (out === undefined) throw new OptionError('--out is missing: it names where the results go; add it.');
  if (data === undefined) throw new OptionError('--data is missing: it names the text to measure on; add it.');
  const { spec, known: all } = await openSpec(join(folder, SWEEP), known);
  const reading = { ...readingResults(context, options), mixers: familiesOf(all) };
  const jobOf = (name: string) => join(folder, 'jobs', name);
  const first = planSweep(spec, all).find(({ name }) => typeof resultOf(jobOf(name), reading) !== 'string');
  if (!first) throw new FileError(`${folder}: none of its jobs has a result yet; run all.sh or slurm.sh there.`);
  const home = join(jobOf(first.name), DUMP);
  const files = readTokenizerFiles(home);
  if (!files)
    throw new FileError(`${home}: has no tokenizer.json, without which no text can be measured; put it there.`);
  const { tokenizer } = await openTokenizer(undefined, home, context);
  const cells = planSweep(spec, all, tokenizer);
  const choice = { files: data, reading: readingOf(rest), tokenizer: { tokenizer, files: { ...files } } };
  const text = await readSweepText(cells, choice, null, textReader(context));
  if (text) note(`measured on ${grouped(text.corpus.evaluation.bytes)} bytes held out of ${data.join(' ')}\n`);
  const { results, missing } = await measureSweep({
    ...{ directory: out, spec, cells, text, trainedBy: 'flame' },
    modelOf: ({ name }) => resultOf(jobOf(name), reading, files),
    observe: ({ name }) => note(`${name}  is measured\n`),
    signal: terminal.signal,
  });
  if (!results)
    throw new Interrupted(`${spec.name}: stopped; what has been measured is kept, the same command goes on.`);
  for (const [name, why] of missing) say(`${name}: ${why}\n`);
  say(`${cells.length - missing.size} of ${cells.length} models measured\n`);
  say(`results     ${join(out, 'results.json')}\nnext        ${terminal.self} report ${out}\n`);
  return {
    answer: missing.size === 0,
    data: { out, cells: cells.length, missing: Object.fromEntries(missing) },
  };
}

// twill eval: measures a model on a task, on text, or on benchmarks.
import { existsSync } from 'node:fs';
import { brokenText, cost, detailLines, grouped, measuredText, measureTask, type Overlap, speed } from '@twilljs/eval';
import type { JsonObject } from '@twilljs/hub';
import { requireIds } from '@twilljs/hybrid';
import { FileError, OptionError } from '@twilljs/tensor';
import { Argument, Option } from 'commander';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { openDevice } from '../device.ts';
import { asksBenchmarks, benchmarkFlags } from '../evaluating/flags.ts';
import { runBenchmarks } from '../evaluating/run.ts';
import { Interrupted } from '../failure.ts';
import { option, readAs } from '../flags.ts';
import { modelDirectory } from '../hub/fetch.ts';
import { knownHere, measureList, modulesNow, named, taskList } from '../known.ts';
import { type EvalAsked, openMeasuring } from '../measuring.ts';
import { adapterFlag, checkpointFlag, dtypeFlag, type ModelFlags, momentText, openModel } from '../model.ts';
import { readingFlags, WHAT_DATA_TAKES } from '../texts/flags.ts';
import { textReader } from '../texts/reader.ts';
import { openTokenizer, tokenizerFlag } from '../tokenizer.ts';
import { recordIn } from '../train/resume.ts';

interface Options extends CommonOptions, ModelFlags, Omit<EvalAsked, 'tokenizer' | 'measure'> {
  readonly seed: number;
  readonly measure: string[] | undefined;
}

export function evaluate() {
  const length = readAs('--length', { type: 'integer' });
  const command = makeCommand({
    name: 'eval',
    summary:
      'Measures a model on what its run was trained on, on another task or text with what it costs, or on benchmarks.',
    seed: 'decides the evaluation set, and the examples of --tasks; 0: that of training, and of the harness',
    eager: true,
    examples: [
      'twill eval runs/recall --task mqar',
      "twill eval runs/book --data 'other/*.txt' --measure ./my-measure.mjs",
      'twill eval runs/book --length 256 1024 4096',
      'twill eval --tasks list',
      'twill eval m-a-p/340M-20B-GatedDeltaNet-pure --tasks lm --limit 100',
      'twill eval runs/book --tasks arc_easy,piqa --data datasets --shots 5',
      'twill eval org/model --tasks ruler --length 1024 2048 --data niah_single_2=essays.txt --limit 50',
    ],
    notes: [
      taskList(),
      measureList(),
      'Of the text that a run was trained on, the part is measured that was held out; of any other, all of it: by a sample\n' +
        'of windows, or with --all by every byte. Text that the run was trained on is named.',
      'After ± stands the standard error over the windows. By position: bits per byte at places of the window, the first is 1.\n' +
        'Copy gain: how many bits per byte less a passage costs when it comes again; around 0 the model does not copy.',
      'Exit code 1 when the model is not finite: the figures are NaN, in JSON null, and the first place is named.',
      'Beyond the length of training, --length shows how a model extrapolates.',
      'With --tasks, --data names directories with data sets (org/name/config/split*.parquet, .jsonl, .json, .csv), and\n' +
        'task=path for your own rows of one task, or what its documents are made from; else they are taken from the Hub.\n' +
        'Results are written as the lm-evaluation-harness has them, every answer as soon as it is there: after Ctrl-C the\n' +
        'same command goes on.\n' +
        '--task and --tasks are two things: --task lm measures bits per byte of text, --tasks lm asks the benchmarks.',
    ],
  })
    .addArgument(new Argument('[dir]', 'run or model directory, or a model of the Hub (org/name)'))
    .addOption(
      option(
        '--task <name>',
        'what to measure, or the path of a module with it (default: what the run was trained on)',
      ),
    )
    .addOption(
      new Option('--data <glob...>', `${WHAT_DATA_TAKES} (default: what the run has read); with --tasks directories`),
    )
    .addOption(
      new Option('--length <n...>', 'tokens of a row, one length or several (default: that of training)').argParser(
        (text: string, before: unknown[] | undefined) => [...(before ?? []), length(text)],
      ),
    )
    .addOption(new Option('--task-option <field=value...>', 'any other option of the task (default: that of training)'))
    .addOption(new Option('--measure <name...>', 'further measures, by name or the path of a module with one'))
    .addOption(new Option('--all', 'predict every token of the text once, instead of a sample'))
    .addOption(checkpointFlag())
    .addOption(dtypeFlag())
    .addOption(adapterFlag())
    .addOption(tokenizerFlag('that of the model, else bytes'));
  for (const flag of [...readingFlags(), ...benchmarkFlags()]) command.addOption(flag);
  return {
    command,
    run: (context: Context, [dir]: readonly string[], options: Options) => {
      if (asksBenchmarks({ ...options })) return runBenchmarks(context, dir, options as never);
      if (dir === undefined) throw new OptionError('no model is named; give its directory, or org/name of the Hub.');
      return runEval(context, dir, options);
    },
  };
}

async function runEval(context: Context, where: string, options: Options): Promise<Result> {
  const { say, note, terminal } = context;
  const { seed, all = false, measure = [] } = options;
  const dir = await modelDirectory(where, context);
  if (!existsSync(dir)) throw new FileError(`${dir}: does not exist; check the path.`);
  const record = recordIn(dir);
  const own = modulesNow([], [options.task, ...measure]);
  const names = await Promise.all(measure.map((one) => named('--measure', 'measure', one)));
  const task = options.task === undefined ? undefined : await named('--task', 'task', options.task);
  const known = await knownHere(modulesNow(record?.origin.modules ?? [], own), record ? dir : undefined);
  const { tokenizer } = await openTokenizer(options.tokenizer, dir, context);
  const asked = { ...options, task, measure: names, tokenizer };
  const measuring = await openMeasuring(dir, record, asked, known, own, textReader(context));
  const { family, measures, what, trainedOn, trainedLength } = measuring;
  const device = await openDevice(options);
  const { model, moment } = await openModel(dir, device, {
    terminal,
    note,
    known,
    checkpoint: options.checkpoint,
    dtype: options.dtype,
    adapter: options.adapter,
  });
  const { vocab_size } = model.config.model;
  if (family.readsText) requireIds(options.tokenizer ?? dir, model, tokenizer);
  else if (vocab_size < measuring.vocab) {
    throw new OptionError(
      `${dir}: vocab_size is ${vocab_size} but the task has ${measuring.vocab} ids; choose another task or model.`,
    );
  }
  note(`${momentText(dir, moment)}, on ${device.label}: ${what}\n`);
  for (const line of overlapLines(trainedOn ?? [])) note(`${line}\n`);
  const measured: JsonObject[] = [];
  for (const { length, probe } of measuring.probes) {
    const found = await measureTask(model, family, probe, { measures, all, onPart: progressOf(context) });
    const beyond = trainedLength !== null && length > trainedLength ? length / trainedLength : null;
    if (options.length) say(`${lengthText(length, trainedLength, beyond)}\n`);
    for (const line of [measuredText(found, family), ...detailLines(found, family, measures)]) say(`${line}\n`);
    measured.push({ ...found, length, beyondTraining: beyond });
  }
  const [first] = measured;
  const reason = measured.map(brokenText).find((text) => text !== null) ?? null;
  // A model without numbers writes no byte, and one with a readout of its own has no next token: there is no writing to time.
  const costs = family.readout ? [cost] : [cost, speed];
  const [{ probe }] = measuring.probes;
  const found = reason === null ? await measureTask(model, family, probe, { measures: costs }) : null;
  for (const line of found ? costs.flatMap((one) => one.lines(found, family)) : []) say(`${line}\n`);
  return {
    answer: reason === null,
    data: {
      ...{ dir, ...moment, device: device.name, seed, what, trainedOn, reason },
      ...first,
      ...(options.length && { lengths: measured }),
      cost: found && { ...Object(found.cost), ...Object(found.speed) },
    },
  };
}

/** Draws how far a long measurement is, and ends it after Ctrl-C. */
function progressOf({ terminal }: Context): (done: number, of: number) => void {
  return (done, of) => {
    const end = done === of || terminal.signal.aborted;
    if (terminal.live) terminal.draw(end ? '\r\x1b[K' : `\r${done}/${of} windows\x1b[K`);
    if (terminal.signal.aborted) throw new Interrupted(`eval: stopped after ${done} of ${of} windows.`);
  };
}

/** @param beyond how many times the length of training; null up to it, and where it is not known. */
function lengthText(length: number, trained: number | null, beyond: number | null): string {
  const times = beyond === null ? '' : `, ${Number(beyond.toFixed(1))} x that of training`;
  return `length ${grouped(length)}${length === trained ? ', that of training' : times}`;
}

/** Documents in a line at most. */
const NAMED = 4;

/** What of the text the model has seen: a line, or none. */
function overlapLines(trainedOn: readonly Overlap[]): string[] {
  if (trainedOn.length === 0) return [];
  const named = trainedOn
    .slice(0, NAMED)
    .map(({ name, share }) => `${share === 1 ? 'all' : `about ${Math.ceil(100 * share)} %`} of ${name}`);
  const more = trainedOn.length > NAMED ? ` and parts of ${trainedOn.length - NAMED} more` : '';
  return [`note: word for word in the text that the run was trained on: ${named.join(', ')}${more}`];
}

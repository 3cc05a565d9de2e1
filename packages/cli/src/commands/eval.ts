// twill eval: measures a model on a task, or on text.

import { existsSync } from 'node:fs';
import type { JsonObject } from '@twilljs/hub';
import { requireBytes } from '@twilljs/hybrid';
import { brokenText, costLines, detailLines, grouped, measuredText } from '@twilljs/report';
import { FileError, OptionError } from '@twilljs/tensor';
import { Argument, Option } from 'commander';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { deviceLabel, openDevice } from '../device.ts';
import { costOf } from '../eval/cost.ts';
import { checkLengths, type Measuring, onTask } from '../eval/measuring.ts';
import { onText } from '../eval/on-text.ts';
import type { Overlap } from '../eval/overlap.ts';
import { Interrupted } from '../failure.ts';
import { wholeNumber } from '../flags.ts';
import { type CheckpointName, checkpointFlag, momentText, openModel } from '../model.ts';
import { recordIn } from '../train/resume.ts';

interface Options extends CommonOptions {
  readonly task: 'mqar' | 'parity' | 'lm' | undefined;
  readonly data: string[] | undefined;
  readonly length: number[] | undefined;
  readonly all: true | undefined;
  readonly checkpoint: CheckpointName | undefined;
}

export function evaluate() {
  const length = wholeNumber('--length');
  const command = makeCommand({
    name: 'eval',
    summary: 'Measures a model directory: recall (mqar), state tracking (parity) or bits per byte (lm).',
    seed: 'decides the evaluation set; 0 is the one that training reports',
    examples: [
      'twill eval runs/recall --task mqar',
      "twill eval runs/book --task lm --data 'other/*.txt'",
      'twill eval runs/book --length 256 1024 4096',
    ],
    notes: [
      'On the text that a run was trained on, lm measures the part that was held out; on any other, all of it: by a sample\n' +
        'of windows, or with --all by every byte. Text that the run was trained on is named.',
      'After ± stands the standard error over the windows. By position: bits per byte at places of the window, the first is 1.\n' +
        'Copy gain: how many bits per byte less a passage costs when it comes again; around 0 the model does not copy.',
      'Exit code 1 when the model is not finite: the figures are NaN, in JSON null, and the first place is named.',
      'Beyond the length of training, --length shows how a model extrapolates.',
    ],
  })
    .addArgument(new Argument('<dir>', 'run or model directory'))
    .addOption(
      new Option('--task <name>', 'what to measure (default: what the run was trained on)').choices([
        'mqar',
        'parity',
        'lm',
      ]),
    )
    .addOption(new Option('--data <glob...>', 'text for lm, or - for standard input (default: that of the run)'))
    .addOption(
      new Option('--length <n...>', 'tokens of a row, one length or several (default: that of training)').argParser(
        (text: string, before: number[] | undefined) => [...(before ?? []), length(text)],
      ),
    )
    .addOption(new Option('--all', 'predict every byte of the text once, instead of a sample'))
    .addOption(checkpointFlag());
  return {
    command,
    run: (context: Context, [dir]: readonly string[], options: Options) => runEval(context, dir, options),
  };
}

async function runEval(context: Context, dir: string, options: Options): Promise<Result> {
  const { say, note } = context;
  const { seed } = options;
  const measuring = await measuringOf(context, dir, options);
  const device = await openDevice(options.device);
  const { model, moment } = await openModel(dir, device, { note, checkpoint: options.checkpoint });
  const { vocab_size } = model.config.model;
  if (measuring.isText) requireBytes(dir, model);
  else if (vocab_size < measuring.vocab) {
    throw new OptionError(
      `${dir}: vocab_size is ${vocab_size} but the task has ${measuring.vocab} ids; choose another task or model.`,
    );
  }
  note(`${momentText(dir, moment)}, on ${deviceLabel(device)}: ${measuring.what}\n`);
  for (const line of overlapLines(measuring)) note(`${line}\n`);
  const measured: JsonObject[] = [];
  for (const length of measuring.lengths) {
    const found = await measuring.measure(model, length, progressOf(context));
    if (options.length) say(`${lengthText(length, measuring.trainedLength)}\n`);
    for (const line of [measuredText(found), ...detailLines(found)]) say(`${line}\n`);
    measured.push({ ...found, length, beyondTraining: beyondOf(length, measuring.trainedLength) });
  }
  const [first] = measured;
  const reason = measured.map(brokenText).find((text) => text !== null) ?? null;
  // A model without numbers writes no byte, so there is no writing to time.
  const cost = reason === null ? await costOf(model, measuring.lengths[0]) : null;
  for (const line of cost ? costLines(cost) : []) say(`${line}\n`);
  const { what, trainedOn } = measuring;
  return {
    answer: reason === null,
    data: {
      ...{ dir, ...moment, device: device.name, seed, what, trainedOn, reason },
      ...first,
      ...(options.length && { lengths: measured }),
      cost,
    },
  };
}

async function measuringOf({ terminal }: Context, dir: string, options: Options): Promise<Measuring> {
  const { data, seed, length: lengths, all = false } = options;
  if (!existsSync(dir)) throw new FileError(`${dir}: does not exist; check the path.`);
  const record = recordIn(dir);
  const trained = record?.data ?? {};
  const task = options.task ?? taskOf(trained, dir, data);
  if (lengths) checkLengths(lengths);
  if (task === 'lm') return onText(dir, record, { data, lengths, all, seed, signal: terminal.signal });
  const flag = data ? `--data ${data[0]}` : all ? '--all' : null;
  if (flag) throw new OptionError(`${flag} belongs to --task lm but the task is ${task}; leave one of them out.`);
  return onTask(task, trained, seed, lengths);
}

/** What a run was trained on; of a model without a record, whose text is given, lm. */
function taskOf({ kind }: JsonObject, dir: string, data: unknown): 'mqar' | 'parity' | 'lm' {
  if (kind === 'text' || (kind === undefined && data)) return 'lm';
  if (kind === 'mqar' || kind === 'parity') return kind;
  throw new OptionError(`${dir}: it records no training that would say what to measure; add --task.`);
}

/** Draws how far a long measurement is, and ends it after Ctrl-C. */
function progressOf({ terminal }: Context): (done: number, of: number) => void {
  return (done, of) => {
    const end = done === of || terminal.signal.aborted;
    if (terminal.live) terminal.draw(end ? '\r\x1b[K' : `\r${done}/${of} windows\x1b[K`);
    if (terminal.signal.aborted) throw new Interrupted(`eval: stopped after ${done} of ${of} windows.`);
  };
}

/** How many times the length of training; null up to it, and where it is not known. */
function beyondOf(length: number, trained: number | null): number | null {
  return trained !== null && length > trained ? length / trained : null;
}

function lengthText(length: number, trained: number | null): string {
  const times = beyondOf(length, trained);
  const beyond = times === null ? '' : `, ${Number(times.toFixed(1))} x that of training`;
  return `length ${grouped(length)}${length === trained ? ', that of training' : beyond}`;
}

/** Documents in a line at most. */
const NAMED = 4;

/** What of the text the model has seen. */
function overlapLines({ trainedOn }: Measuring): string[] {
  if (!trainedOn || trainedOn.length === 0) return [];
  const named = trainedOn
    .slice(0, NAMED)
    .map(({ name, share }: Overlap) => `${share === 1 ? 'all' : `about ${Math.ceil(100 * share)} %`} of ${name}`);
  const more = trainedOn.length > NAMED ? ` and parts of ${trainedOn.length - NAMED} more` : '';
  return [`note: word for word in the text that the run was trained on: ${named.join(', ')}${more}`];
}

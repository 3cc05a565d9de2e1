// twill train: trains a model on text or a task, into a run directory that can be resumed.
import type { JsonObject } from '@twilljs/hub';
import { countParams } from '@twilljs/nn';
import { OptionError } from '@twilljs/tensor';
import type { TrainSettings } from '@twilljs/train';
import { progressBar, readMetrics, trainRun } from '@twilljs/train/node';
import type { Command } from 'commander';
import { type Context, makeCommand, type Result } from '../command.ts';
import { recordedSplit } from '../corpus.ts';
import { deviceLabel, openDevice } from '../device.ts';
import { noRun } from '../directories.ts';
import { duration, grouped, skippedText } from '../draw/numbers.ts';
import { sparkline } from '../draw/sparkline.ts';
import { Interrupted } from '../failure.ts';
import { measuredText } from '../measured.ts';
import { printable } from '../terminal.ts';
import { trainFlags } from '../train/flag-table.ts';
import { addTrainFlags, type FlagName, type Given } from '../train/flags.ts';
import { freshModel } from '../train/model.ts';
import { modelConfig } from '../train/model-config.ts';
import { type Asked, argvOf, askedOf, modelOf, readRecord, whereItBegan, withRecord } from '../train/resume.ts';
import { openSource } from '../train/source.ts';

export function train() {
  const command = makeTrain();
  return { command, run: (context: Context) => runTrain(context, askedOf(command)) };
}

function makeTrain(): Command {
  return addTrainFlags(
    makeCommand({
      name: 'train',
      summary: 'Trains a model on text or on a synthetic task, and leaves a run directory.',
      seed: 'decides initial weights and batches',
      examples: [
        "twill train --mixer gated-deltanet --ratio 3:1 --data 'book/*.txt' --steps 500 --out runs/book",
        'twill train --mixer deltanet --layers 2 --task mqar --steps 300 --out runs/recall',
        'twill train --out runs/book --resume',
      ],
      notes: [
        'Ctrl-C writes a checkpoint. --resume goes on from the newest one, on the same machine to the same bits; flags that\n' +
          'are left out are those of the run.',
        'While it trains the loss is in nats; of text, bits per byte are nats / 0.693.',
      ],
    }),
  );
}

async function runTrain({ terminal, note, say }: Context, now: Asked): Promise<Result> {
  terminal.outliveReader();
  const { out, resume = false } = now.given;
  if (out === undefined) throw new OptionError('--out is missing: it names the directory of the run; add it.');
  const record = resume ? readRecord(out) : null;
  const asked = record ? withRecord(now, record, out, parse) : now;
  const { given, seed = 0, device: deviceName = 'auto' } = asked;

  if (!resume && !given.data && !given.task && readRecord(out)) {
    throw new OptionError(`--out ${out} holds a run already; go on with it by --resume, or choose another --out.`);
  }
  if (resume && !record && !given.data && !given.task) throw noRun(out);
  const opened = openSource(withSplit(given, record), seed, terminal.signal);
  const source = await (record && !now.given.data ? whereItBegan(out, opened) : opened);
  if (source.about) note(source.about);
  const isSameModel = record && !Object.keys(now.given).some(concernsModel);
  const config = isSameModel ? modelOf(record, out) : modelConfig(given, source.vocab);
  const model = freshModel(config, seed, deviceName);
  const training = trainingOf(given);
  const device = await openDevice(deviceName);
  await model.to(device);
  note(`${grouped(countParams(model))} parameters on ${deviceLabel(device)}\n`);

  const { steps } = training;
  const { live, columns } = terminal;
  const bar = progressBar({ isTTY: live, columns, write: live ? terminal.draw : terminal.err }, { steps });
  const started = performance.now();
  const result = await trainRun({
    directory: out,
    model,
    source: source.batches,
    training,
    seed,
    data: source.data,
    command: argvOf(asked),
    resume,
    ...(given.checkpointEvery !== undefined && { checkpoints: { every: given.checkpointEvery } }),
    validation: { every: steps, measure: source.measure },
    signal: terminal.signal,
    onStep: (step) => bar.update(step),
    warn: (message) => bar.note(live ? printable(message) : message),
  });
  bar.end();
  if (result.status === 'interrupted') {
    throw new Interrupted(
      `train: stopped after step ${result.step} of ${steps}, with a checkpoint; go on with --resume.`,
    );
  }
  const metrics = readMetrics(out);
  const tokensPerSecond = median(metrics.speeds);
  say(
    result.status === 'complete'
      ? `${out}: the run had finished before; nothing was changed.\n`
      : `${steps - result.from} steps in ${duration((performance.now() - started) / 1000)}, ${grouped(tokensPerSecond)} tokens/s\n`,
  );
  say(`loss        ${curve(metrics.losses, source.data.kind === 'text')}\n`);
  if (metrics.skipped.length > 0) say(`skipped     ${skippedText(metrics.skipped.length, steps)}\n`);
  if (metrics.validation) say(`validation  ${measuredText(metrics.validation)}\n`);
  say(`run         ${out}\n`);
  return {
    answer: true,
    data: {
      status: result.status,
      out,
      steps,
      from: result.from,
      loss: metrics.losses.at(-1) ?? null,
      skipped: metrics.skipped.length,
      tokens: metrics.tokens,
      tokensPerSecond,
      parameters: countParams(model),
      device: device.name,
      validation: metrics.validation,
    },
  };
}

/** Parses the recorded command line of a run: what is wrong with it is thrown, and nothing printed. */
function parse(argv: string[]): Asked {
  const silent = { writeOut: () => {}, writeErr: () => {} };
  return askedOf(makeTrain().exitOverride().configureOutput(silent).parse(argv, { from: 'user' }));
}

/** A run reads on as it began: a record from before --split says it by its data alone. */
function withSplit(given: Given, record: JsonObject | null): Given {
  const { kind, ...data } = (record?.data ?? {}) as JsonObject;
  return kind === 'text' && given.split === undefined ? { ...given, split: recordedSplit(data) } : given;
}

function concernsModel(name: string): boolean {
  return name === 'set' || name === 'config' || trainFlags[name as FlagName]?.concern === 'model';
}

/** The settings of the trainer, whose own defaults stand for the rest. */
function trainingOf({
  steps = 500,
  lr,
  warmup,
  decay,
  minRatio,
  weightDecay,
  decayed,
  clip,
  microBatches,
}: Given): TrainSettings {
  const given = { lr, warmup, decay, minRatio, weightDecay, decayed, maxNorm: clip, microBatches };
  return {
    steps,
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<TrainSettings>),
  };
}

/** The training loss from its first step to its last. */
function curve(losses: readonly number[], isText: boolean): string {
  const [unit, name] = isText ? [Math.LN2, 'bits per byte'] : [1, 'nats per answer'];
  const [first, last] = [losses[0], losses.at(-1) ?? Number.NaN].map((loss) => (loss / unit).toFixed(3));
  return `${first} ${sparkline(losses, 40)} ${last} ${name}`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

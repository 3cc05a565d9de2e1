// twill train: trains a model on text or a task, into a run directory that can be resumed.

import { resolve } from 'node:path';
import { recordedSplit } from '@twilljs/data/node';
import type { JsonObject } from '@twilljs/hub';
import { countParams } from '@twilljs/nn';
import { duration, grouped, measuredText, summaryLines, unitOf } from '@twilljs/report';
import { OptionError } from '@twilljs/tensor';
import type { TrainSettings } from '@twilljs/train';
import { progressBar, readMetrics, readRunRecord, trainRun } from '@twilljs/train/node';
import type { Command } from 'commander';
import { type Context, makeCommand, type Result } from '../command.ts';
import { deviceLabel, openDevice } from '../device.ts';
import { noRun } from '../directories.ts';
import { Interrupted } from '../failure.ts';
import { mixersWith } from '../mixers.ts';
import { printable } from '../terminal.ts';
import { trainFlags } from '../train/flag-table.ts';
import { addTrainFlags, type FlagName, type Given, kebab } from '../train/flags.ts';
import { freshModel, initialModel } from '../train/model.ts';
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
        'twill train --mixer ./my-mixer.mjs --ratio 3:1 --task mqar --out runs/mine',
        'twill train --out runs/book --resume',
        'twill train --out runs/book --resume --steps 2000 --eval-every 100',
        "twill train --init runs/book --data 'letters/*.txt' --lr 1e-3 --out runs/letters",
      ],
      notes: [
        'Ctrl-C writes a checkpoint. --resume goes on from the newest one, on the same machine to the same bits; flags that\n' +
          'are left out are those of the run.',
        'With more --steps than before, --resume goes on by a longer plan: the learning rate rises again to where that\n' +
          'plan has it, which is said. --init begins another run, with step 1 and a plan of its own, from the weights of\n' +
          'any model.',
        'Of text every loss is in bits per byte; metrics.jsonl holds the training loss in nats per label.',
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
  const opened = openSource(asBegun(given, record), seed, terminal.signal);
  const source = await (record && !now.given.data ? whereItBegan(out, opened) : opened);
  if (source.about) note(source.about);
  const device = await openDevice(deviceName);
  const modelFlags = Object.keys(now.given).filter(concernsModel);
  const initial = async () => {
    if (given.init !== undefined) {
      return initialModel(given.init, Object.keys(given).filter(concernsModel).map(flagOf), source, device, note);
    }
    const isSameModel = record && modelFlags.length === 0;
    const mixers = await mixersWith(given.mixer);
    const config = isSameModel ? modelOf(record, out) : modelConfig(given, source.vocab, mixers);
    return freshModel(config, mixers, seed, deviceName);
  };
  const model = await initial();
  await model.to(device);
  note(`${grouped(countParams(model))} parameters on ${deviceLabel(device)}\n`);

  const training = trainingOf(given);
  const { steps } = training;
  const unit = unitOf(source.data.kind === 'text');
  const { live, columns } = terminal;
  const bar = progressBar(
    { isTTY: live, columns, write: live ? terminal.draw : terminal.err },
    { steps, loss: (nats) => `${(nats * unit.perNat).toFixed(4)} ${unit.name}` },
  );
  const started = performance.now();
  const result = await trainRun({
    directory: out,
    model,
    source: source.batches,
    training,
    seed,
    data: source.data,
    ...(given.init !== undefined && { init: { directory: resolve(given.init) } }),
    command: argvOf(asked),
    resume,
    ...(given.checkpointEvery !== undefined && { checkpoints: { every: given.checkpointEvery } }),
    validation: { every: given.evalEvery ?? steps, measure: source.measure, better: source.better },
    signal: terminal.signal,
    onStep: (step) => bar.update(step),
    onValidation: (step, values) => {
      if (step < steps) bar.note(`step ${step}  ${measuredText(values)}`);
    },
    warn: (message) => bar.note(live ? printable(message) : message),
  });
  bar.end();
  if (result.status === 'interrupted') {
    throw new Interrupted(
      `train: stopped after step ${result.step} of ${steps}, with a checkpoint; go on with --resume.`,
    );
  }
  const metrics = readMetrics(out);
  const { best } = readRunRecord(out);
  const tokensPerSecond = median(metrics.speeds);
  say(
    result.status === 'complete'
      ? `${out}: the run had finished before; nothing was changed.\n`
      : `${steps - result.from} steps in ${duration((performance.now() - started) / 1000)}, ${grouped(tokensPerSecond)} tokens/s\n`,
  );
  for (const line of summaryLines({ metrics, best, steps, unit, out, self: terminal.self })) say(`${line}\n`);
  const loss = metrics.losses.at(-1) ?? null;
  return {
    answer: true,
    data: {
      status: result.status,
      out,
      steps,
      from: result.from,
      loss,
      ...(source.data.kind === 'text' && { trainingBitsPerByte: loss === null ? null : loss * unit.perNat }),
      skipped: metrics.skipped.length,
      tokens: metrics.tokens,
      tokensPerSecond,
      parameters: countParams(model),
      device: device.name,
      validation: metrics.validation,
      best: best && { step: best.step, of: best.of, value: best.value },
    },
  };
}

/** Parses the recorded command line of a run: what is wrong with it is thrown, and nothing printed. */
function parse(argv: string[]): Asked {
  const silent = { writeOut: () => {}, writeErr: () => {} };
  return askedOf(makeTrain().exitOverride().configureOutput(silent).parse(argv, { from: 'user' }));
}

/**
 * What a run reads stays as it began: the split of its text, which records from before --split say by their data alone, and the
 * steps over which a task grows harder, however long the run becomes.
 */
function asBegun(given: Given, record: JsonObject | null): Given {
  if (!record) return given;
  const { kind, ...data } = (record.data ?? {}) as JsonObject;
  if (kind === 'text') return given.split === undefined ? { ...given, split: recordedSplit(data) } : given;
  const [first] = (record.extended ?? []) as { from: number }[];
  const steps = first?.from ?? (record.training as JsonObject | undefined)?.steps;
  return typeof steps === 'number' ? { ...given, steps } : given;
}

const flagOf = (name: string): string => `--${kebab(name)}`;

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

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

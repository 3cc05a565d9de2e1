// twill train: trains a model on text or a task, into a run directory that can be resumed.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { countParams } from '@twilljs/nn';
import { duration, grouped, measuredText, summaryLines, unitOf } from '@twilljs/report';
import { OptionError } from '@twilljs/tensor';
import type { TrainSettings } from '@twilljs/train';
import { freshModel, progressBar, type RunRecord, readMetrics, readRunRecord, trainRun } from '@twilljs/train/node';
import { type Context, makeCommand, type Result } from '../command.ts';
import { deviceLabel, openDevice } from '../device.ts';
import { noRun } from '../directories.ts';
import { Interrupted } from '../failure.ts';
import { mixersWith, modulesOf } from '../mixers.ts';
import { printable } from '../terminal.ts';
import { trainFlags } from '../train/flag-table.ts';
import { addTrainFlags, type FlagName, type Given, isModule, kebab } from '../train/flags.ts';
import { initialModel } from '../train/model.ts';
import { modelConfig, resumedConfig } from '../train/model-config.ts';
import { type Asked, askedOf, originOf, recordIn, withRecord } from '../train/resume.ts';
import { openSource } from '../train/source.ts';

export function train() {
  const command = addTrainFlags(
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
  return { command, run: (context: Context) => runTrain(context, askedOf(command)) };
}

async function runTrain({ terminal, argv, note, say }: Context, now: Asked): Promise<Result> {
  terminal.outliveReader();
  const { out, resume = false } = now.given;
  if (out === undefined) throw new OptionError('--out is missing: it names the directory of the run; add it.');
  const record = resume ? recordIn(out) : null;
  const path = join(out, 'run.json');
  const asked = record ? withRecord(now, record, path) : now;
  const { given, seed = 0, device: deviceName = 'auto' } = asked;

  if (!resume && !given.data && !given.task && existsSync(path)) {
    throw new OptionError(`--out ${out} holds a run already; go on with it by --resume, or choose another --out.`);
  }
  if (resume && !record && !given.data && !given.task) throw noRun(out);
  const begunIn = record && !now.given.data ? out : undefined;
  const source = await openSource(asBegun(given, record), seed, { signal: terminal.signal, begunIn });
  if (source.about) note(source.about);
  const device = await openDevice(deviceName);
  const before = record?.origin.modules ?? (given.init === undefined ? [] : modulesOf(given.init));
  const modules = given.mixer !== undefined && isModule(given.mixer) ? [given.mixer] : before;
  const initial = async () => {
    const modelFlags = Object.keys(given).filter(concernsModel);
    if (given.init !== undefined) return initialModel(given.init, modelFlags.map(flagOf), source, device, note);
    const mixers = await mixersWith(modules);
    const asNew = () => modelConfig(given, source.vocab, mixers);
    const config = !record
      ? asNew()
      : modelFlags.length === 0
        ? record.model
        : resumedConfig(given, record.model, path, mixers);
    return freshModel(config, mixers, seed, device.name);
  };
  const model = await initial();
  await model.to(device);
  note(`${grouped(countParams(model))} parameters on ${deviceLabel(device)}\n`);

  // What is left out of a run that goes on is what it was.
  const training = trainingOf(record ? { steps: record.training.steps, ...now.given } : given);
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
    command: record?.command ?? ['twill', ...argv],
    origin: originOf(asked, modules),
    resume,
    ...(given.checkpointEvery !== undefined && { checkpoints: { every: given.checkpointEvery } }),
    validation: {
      ...(given.evalEvery !== undefined && { every: given.evalEvery }),
      measure: source.measure,
      better: source.better,
    },
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

/** The steps over which a task grows harder stay those of the first plan, however long the run becomes. */
function asBegun(given: Given, record: RunRecord | null): Given {
  return record ? { ...given, steps: record.extended[0]?.from ?? record.training.steps } : given;
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

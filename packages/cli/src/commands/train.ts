// twill train: trains a model on text or a task, into a run directory that can be resumed.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { betterOf, grouped, lossUnitOf, measuredText, measuresOf, measureTask } from '@twilljs/eval';
import type { LanguageModel } from '@twilljs/hybrid';
import { countParams } from '@twilljs/nn';
import { duration } from '@twilljs/report';
import { summaryLines } from '@twilljs/report/node';
import { furtherMeasures } from '@twilljs/sweep';
import { loadModule } from '@twilljs/sweep/node';
import { OptionError } from '@twilljs/tensor';
import { type TrainSettings, trainedOf } from '@twilljs/train';
import { progressBar, readMetrics, readRunRecord, trainRun } from '@twilljs/train/node';
import { known as base } from 'twilljs';
import { type Context, makeCommand, type Result } from '../command.ts';
import { openDevice } from '../device.ts';
import { noRun } from '../directories.ts';
import { Interrupted } from '../failure.ts';
import { modelDirectory } from '../hub/fetch.ts';
import { knownHere, modulesNow, named, taskList } from '../known.ts';
import { printable } from '../terminal.ts';
import { textReader } from '../texts/reader.ts';
import { openTokenizer } from '../tokenizer.ts';
import { adapterOf, byFlag } from '../train/adapter.ts';
import { openData, STEPS } from '../train/data.ts';
import { type Asked, addTrainFlags, askedOf } from '../train/flags.ts';
import { groupsIn, modelToTrain } from '../train/model.ts';
import { noteOfIds, originOf, recordIn, requireTokenizer, withRecord } from '../train/resume.ts';

export function train() {
  const command = addTrainFlags(
    makeCommand({
      name: 'train',
      summary: 'Trains a model on text or on a task, and leaves a run directory.',
      seed: 'decides initial weights and batches',
      eager: true,
      examples: [
        "twill train --mixer gated-deltanet --ratio 3:1 --data 'book/*.txt' --steps 500 --out runs/book",
        'twill train --mixer deltanet --layers 2 --task mqar --steps 300 --out runs/recall',
        'twill train --mixer ./my-mixer.mjs --task ./my-task.mjs --task-option symbols=8 --out runs/mine',
        'twill train --out runs/book --resume --steps 2000 --eval-every 100',
        "twill train --init runs/book --data 'letters/*.txt' --lr 1e-3 --out runs/letters",
        "twill train --init runs/book --data 'letters/*.txt' --freeze '*' --trainable 'lm_head.*' --out runs/head",
        "twill train --init org/name --dtype bf16 --data 'letters/*.txt' --lora q_proj,v_proj --out runs/adapted",
      ],
      notes: [
        taskList(),
        'Ctrl-C writes a checkpoint. --resume goes on from the newest one, on the same machine to the same bits; flags that\n' +
          'are left out are those of the run.',
        'With more --steps than before, --resume goes on by a longer plan: the learning rate rises again to where that\n' +
          'plan has it, which is said. --init begins another run, with step 1 and a plan of its own, from the weights of\n' +
          'any model.',
        'Of text every loss is in bits per byte, with a tokenizer that of training in bits per token; metrics.jsonl holds\n' +
          'the training loss in nats per label.',
      ],
    }),
  );
  return { command, run: (context: Context) => runTrain(context, askedOf(command)) };
}

async function runTrain(context: Context, given: Asked): Promise<Result> {
  const { terminal, argv, note, say } = context;
  terminal.outliveReader();
  const { out, resume = false } = given;
  if (out === undefined) throw new OptionError('--out is missing: it names the directory of the run; add it.');
  const path = join(out, 'run.json');
  const record = resume ? recordIn(out) : null;
  if (!record && resume && !given.data && given.task === undefined) throw noRun(out);
  // Before text is read, which may take long.
  if (!resume && existsSync(path)) {
    throw new OptionError(`--out ${out} holds a run already; go on with it by --resume, or choose another --out.`);
  }
  const init = given.init === undefined ? undefined : await modelDirectory(given.init, context);
  const now = { ...given, ...(init !== undefined && { init }) };
  const before = record?.origin.modules ?? (now.init === undefined ? [] : await mixersOf(now.init));
  const modules = modulesNow(before, [now.mixer, now.task, ...(now.measure ?? [])]);
  const read = await withNames(now);
  const known = await knownHere(modules, record ? out : undefined);
  const asked = record ? withRecord(read, record, path, known) : read;
  const adapter = adapterOf(asked, record, given.init);

  const { seed = 0 } = asked;
  const begunIn = record && !now.data ? out : null;
  const { tokenizer, files } = await openTokenizer(asked.tokenizer, asked.init ?? null, context);
  if (record) await requireTokenizer(asked, tokenizer, record, path);
  else if (asked.init !== undefined) await noteOfIds(asked, tokenizer, note);
  const opening = { seed, before: record, tokenizer, begunIn, reader: textReader(context) };
  const data = await openData(asked, known, opening);
  note(data.about);
  const open = async () =>
    modelToTrain(asked, { known, data, tokenizer, device: await openDevice(asked), adapter, record, path, note });
  const model = await open();
  const opened = [model];
  const size = { parameters: 0, trained: 0 };
  const onBegin = (begun: LanguageModel) => {
    const isFirst = size.parameters === 0;
    size.parameters = countParams(begun);
    size.trained = trainedOf(begun, groupsIn(asked, record));
    const part = size.trained < size.parameters ? `, ${grouped(size.trained)} of them trained,` : '';
    if (isFirst) note(`${grouped(size.parameters)} parameters${part} on ${begun.device.label}\n`);
  };

  const { family, probe } = data;
  const names = [...(record?.origin.measures ?? []), ...(read.measure ?? [])];
  const further = furtherMeasures(known, base, names, '--measure');
  const measures = measuresOf(family, further);
  const training = { steps: STEPS, ...asked.training } as TrainSettings;
  const { steps } = training;
  const unit = lossUnitOf(family, data.record);
  const { live, columns } = terminal;
  const bar = progressBar(
    { isTTY: live, columns, write: live ? terminal.draw : terminal.err },
    { steps, loss: (nats) => `${(nats * unit.perNat).toFixed(4)} ${unit.name}` },
  );
  const started = performance.now();
  const result = await trainRun({
    directory: out,
    model: () => opened.pop() ?? open(), // another one where the device was lost
    source: data.batches,
    training: { ...training, recompute: asked.recompute ?? false },
    seed,
    data: data.record,
    ...(files && data.family.readsText && { files: { ...files } }),
    ...(asked.init !== undefined && {
      init: { directory: resolve(asked.init), ...(asked.dtype && { dtype: asked.dtype }) },
    }),
    command: record?.command ?? ['twill', ...argv],
    origin: originOf(asked, modules, further),
    resume,
    ...(adapter && { adapter }),
    onBegin,
    ...(asked.checkpointEvery !== undefined && { checkpoints: { every: asked.checkpointEvery } }),
    validation: {
      ...(asked.evalEvery !== undefined && { every: asked.evalEvery }),
      measure: (trained) => measureTask(trained, family, probe, { measures }),
      better: betterOf(family),
    },
    signal: terminal.signal,
    onStep: (step) => bar.update(step),
    onValidation: (step, values) => {
      if (step < steps) bar.note(`step ${step}  ${measuredText(values, family)}`);
    },
    warn: (message) => bar.note(live ? printable(message) : message),
  }).catch((error) => {
    throw byFlag(error);
  });
  bar.end();
  const { status, from } = result;
  if (status === 'interrupted') {
    throw new Interrupted(
      `train: stopped after step ${result.step} of ${steps}, with a checkpoint; go on with --resume.`,
    );
  }
  const metrics = readMetrics(out);
  const { best } = readRunRecord(out);
  const tokensPerSecond = median(metrics.speeds);
  say(
    status === 'complete'
      ? `${out}: the run had finished before; nothing was changed.\n`
      : `${steps - from} steps in ${duration((performance.now() - started) / 1000)}, ${grouped(tokensPerSecond)} tokens/s\n`,
  );
  for (const line of summaryLines({ metrics, best, steps, family, unit, measures, out, self: terminal.self }))
    say(`${line}\n`);
  if (adapter) say(`adapter     ${join(out, 'adapter')}${adapter.peft_type === 'LORA' ? ', which PEFT reads' : ''}\n`);
  const loss = metrics.losses.at(-1) ?? null;
  return {
    answer: true,
    data: {
      ...{ status, out, steps, from, loss },
      ...(family.readsText && {
        [data.record.tokenizer ? 'trainingBitsPerToken' : 'trainingBitsPerByte']: loss && loss * unit.perNat,
      }),
      skipped: metrics.skipped.length,
      ...{
        tokens: metrics.tokens,
        tokensPerSecond,
        ...size,
        device: model.device.name,
      },
      validation: metrics.validation,
      best: best && { step: best.step, of: best.of, value: best.value },
    },
  };
}

/** Modules of the mixers that the model of a run needs. */
async function mixersOf(directory: string): Promise<string[]> {
  const loaded = await Promise.all((recordIn(directory)?.origin.modules ?? []).map(loadModule));
  return loaded.filter(({ kind }) => kind === 'mixer').map(({ path }) => path);
}

/** With names where modules stand. */
async function withNames(asked: Asked): Promise<Asked> {
  const { mixer, task, measure = [] } = asked;
  return {
    ...asked,
    measure: await Promise.all(measure.map((one) => named('--measure', 'measure', one))),
    ...(mixer !== undefined && { mixer: await named('--mixer', 'mixer', mixer) }),
    ...(task !== undefined && { task: await named('--task', 'task', task) }),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

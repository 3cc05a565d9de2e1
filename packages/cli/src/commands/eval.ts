// twill eval: measures a model on a task, or on text.
import { existsSync } from 'node:fs';
import { joinDocuments } from '@twilljs/data';
import { decodeSpeed } from '@twilljs/eval';
import type { JsonObject } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { FileError, OptionError, rng } from '@twilljs/tensor';
import { countsOf, STATE_CONTEXTS } from '@twilljs/train';
import { Argument, Option } from 'commander';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { deviceLabel, openDevice } from '../device.ts';
import { bytesText, grouped, tokensText } from '../draw/numbers.ts';
import { detailLines, measuredText } from '../measured.ts';
import { openModel } from '../model.ts';
import { readRecord, whereItBegan } from '../train/resume.ts';
import { measureTask, openTask, readCorpus, type TaskSizes } from '../train/source.ts';
import { measureText, textProbe } from '../train/text.ts';

interface Options extends CommonOptions {
  readonly task: 'mqar' | 'parity' | 'lm' | undefined;
  readonly data: string[] | undefined;
}

export function evaluate() {
  const command = makeCommand({
    name: 'eval',
    summary: 'Measures a model directory: recall (mqar), state tracking (parity) or bits per byte (lm).',
    seed: 'decides the evaluation set; 0 is the one that training reports',
    examples: ['twill eval runs/recall --task mqar', "twill eval runs/book --task lm --data 'other/*.txt'"],
    notes: [
      'On the text that a run was trained on, lm measures the part that was kept from training; on any other, all of it.',
      'After ± stands the standard error over the windows. By position: bits per byte at places of the window, the first is 1.\n' +
        'Copy gain: how many bits per byte less a passage costs when it comes again; around 0 the model does not copy.',
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
    .addOption(new Option('--data <glob...>', 'text for lm (default: that of the run)'));
  return {
    command,
    run: (context: Context, [dir]: readonly string[], options: Options) => runEval(context, dir, options),
  };
}

async function runEval({ say, note }: Context, dir: string, options: Options): Promise<Result> {
  const { seed, data } = options;
  if (!existsSync(dir)) throw new FileError(`${dir}: does not exist; check the path.`);
  const record = readRecord(dir);
  const trained = (record?.data ?? {}) as JsonObject;
  const task = options.task ?? taskOf(trained, dir);
  if (data && task !== 'lm') {
    throw new OptionError(`--data ${data[0]} belongs to --task lm but the task is ${task}; leave one of them out.`);
  }
  const measuring = task === 'lm' ? await onText(dir, record, data, seed) : onTask(task, trained, seed);
  const device = await openDevice(options.device);
  const model = await openModel(dir, device, note);
  const { vocab_size } = model.config.model;
  if (vocab_size < measuring.vocab) {
    throw new OptionError(
      `${dir}: vocab_size is ${vocab_size} but ${task} has ${measuring.vocab} ids; choose another task or model.`,
    );
  }
  note(`${dir} on ${deviceLabel(device)}, ${measuring.what}\n`);
  const measured = await measuring.measure(model);
  const cost = await costOf(model, measuring.length);
  for (const line of [measuredText(measured), ...detailLines(measured), ...costLines(cost)]) say(`${line}\n`);
  return { answer: true, data: { dir, device: device.name, seed, what: measuring.what, ...measured, cost } };
}

/** Tokens that are read, and then decoded one by one, to time it. */
const [PROMPT, DECODED] = [64, 32];

/** How often, at most, and for how many milliseconds: the first runs are slower, while the engine still compiles. */
const [RUNS, PATIENCE] = [8, 1000];

/** The fastest of several runs. */
async function speedOf(model: LanguageModel): Promise<{ prompt: number; decode: number }> {
  const prompt = rng(0).ints(PROMPT, model.config.model.vocab_size);
  const best = { prompt: 0, decode: 0 };
  const end = performance.now() + PATIENCE;
  for (let run = 0; run < RUNS && (run === 0 || performance.now() < end); run++) {
    const speed = await decodeSpeed(model, prompt, DECODED);
    best.prompt = Math.max(best.prompt, speed.prompt);
    best.decode = Math.max(best.decode, speed.decode);
  }
  return best;
}

/** What the model costs: counted at a length, and timed on this device. */
async function costOf(model: LanguageModel, length: number) {
  const speed = await speedOf(model);
  return {
    ...countsOf(model, length),
    length,
    promptMsPerToken: 1000 / speed.prompt,
    decodeMsPerToken: 1000 / speed.decode,
  };
}

function costLines(cost: Awaited<ReturnType<typeof costOf>>): string[] {
  const { parameters, nonEmbeddingParameters, flopsPerToken, length, stateBytes } = cost;
  const isFixed = new Set(STATE_CONTEXTS.map((tokens) => stateBytes[tokens])).size === 1;
  const states = STATE_CONTEXTS.map((tokens) => `${bytesText(stateBytes[tokens])} at ${tokensText(tokens)} tokens`);
  return [
    `parameters   ${grouped(parameters)}, ${grouped(nonEmbeddingParameters)} without embeddings`,
    `arithmetic   ${grouped(flopsPerToken)} FLOPs per token, forward, over ${grouped(length)} tokens`,
    `state        ${isFixed ? `${bytesText(stateBytes[STATE_CONTEXTS[0]])} at any length` : states.join(', ')}`,
    `decoding     ${cost.decodeMsPerToken.toFixed(2)} ms per token, reading ${cost.promptMsPerToken.toFixed(2)} (this machine, now)`,
  ];
}

interface Measuring {
  /** Ids that occur. */
  readonly vocab: number;
  /** Tokens of a row. */
  readonly length: number;
  /** On what, in words. */
  readonly what: string;
  measure(model: LanguageModel): Promise<JsonObject>;
}

/** What a run was trained on. */
function taskOf({ kind }: JsonObject, dir: string): 'mqar' | 'parity' | 'lm' {
  if (kind === 'text') return 'lm';
  if (kind === 'mqar' || kind === 'parity') return kind;
  throw new OptionError(`${dir}: it records no training that would say what to measure; add --task.`);
}

function onTask(name: 'mqar' | 'parity', trained: JsonObject, seed: number): Measuring {
  const { kind, batch: _, ...sizes } = trained;
  const task = openTask(name, kind === name ? (sizes as TaskSizes) : {}, rng(seed));
  return {
    vocab: task.vocab,
    length: task.T,
    what: `${name}, fresh rows of seed ${seed}`,
    measure: (model) => measureTask(model, task),
  };
}

/** The text that was kept from training, or all of another text. */
async function onText(
  dir: string,
  record: JsonObject | null,
  data: string[] | undefined,
  seed: number,
): Promise<Measuring> {
  const trained = (record?.data ?? {}) as JsonObject;
  const patterns = data ?? (Array.isArray(record?.command) ? patternsIn(record.command as string[]) : []);
  if (patterns.length === 0)
    throw new OptionError('--task lm needs text, and the run was not trained on any; add --data.');
  const corpus = await (data ? readCorpus(patterns) : whereItBegan(dir, readCorpus(patterns)));
  const isSame = corpus.sha256 === trained.sha256;
  if (!isSame && !data) {
    throw new OptionError(
      `${patterns.join(' ')}: it is not the text of the run any more; say what to measure on by --data.`,
    );
  }
  const text = isSame ? corpus.evaluation : joinDocuments(corpus.documents);
  const probe = textProbe(text, typeof trained.length === 'number' ? trained.length : 256, seed);
  return {
    vocab: 256,
    length: probe.windows.T,
    what: isSame
      ? `${grouped(text.length)} bytes of its text that were kept from training`
      : `all ${grouped(text.length)} bytes of the text`,
    measure: (model) => measureText(model, probe),
  };
}

/** The values of `--data` in a recorded command. */
function patternsIn(command: readonly string[]): string[] {
  const from = command.indexOf('--data') + 1;
  if (from === 0) return [];
  const next = command.findIndex((word, i) => i >= from && word.startsWith('--'));
  return command.slice(from, next === -1 ? undefined : next);
}

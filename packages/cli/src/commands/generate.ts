// twill generate: continues a text, as it comes.

import { statSync } from 'node:fs';
import { readStandardInput, STANDARD_INPUT } from '@twilljs/data/node';
import { grouped } from '@twilljs/eval';
import type { LoadOptions } from '@twilljs/hub';
import { attempt, readFile } from '@twilljs/hub/node';
import { generate, requireIds } from '@twilljs/hybrid';
import { OptionError } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import { Argument, Option } from 'commander';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { openDevice } from '../device.ts';
import { Interrupted } from '../failure.ts';
import { option } from '../flags.ts';
import { modelDirectory } from '../hub/fetch.ts';
import { adapterFlag, type CheckpointName, checkpointFlag, dtypeFlag, momentText, openModel } from '../model.ts';
import { endsOf, openTokenizer, tokenizerFlag } from '../tokenizer.ts';

interface Options extends CommonOptions {
  readonly prompt: readonly string[] | undefined;
  readonly promptFile: string | undefined;
  readonly checkpoint: CheckpointName | undefined;
  readonly dtype: LoadOptions['dtype'];
  readonly adapter: string | undefined;
  readonly tokenizer: string | undefined;
  readonly maxTokens: number;
  readonly temperature: number;
}

export function generateText() {
  const command = makeCommand({
    name: 'generate',
    summary: 'Continues a text with a model, and prints the text as it comes.',
    seed: 'decides what is drawn at a temperature above 0',
    eager: true,
    examples: [
      'twill generate runs/book --prompt "Call me" --max-tokens 300 --temperature 0.7 --seed 1',
      'twill generate runs/book --prompt "Call me" --prompt "The whale" --max-tokens 100',
      'twill generate runs/book --prompt-file chapter.txt --max-tokens 300',
      'tail -c 5000 chapter.txt | twill generate runs/book --prompt -',
    ],
    notes: [
      `A prompt may be of any length. Of one above ${grouped(ECHOED)} bytes only the end is printed before what follows.`,
      'Several prompts are continued together and printed when all have come to their end.',
      'A text ends before --max-tokens where the model gives the token of its end, as its tokenizer names it.',
    ],
  })
    .addArgument(new Argument('<dir>', 'run or model directory, or a model of the Hub (org/name)'))
    .addOption(
      new Option(
        '--prompt <text>',
        'what to continue, once or several times; - reads it from standard input',
      ).argParser((text, before: readonly string[] = []) => [...before, text]),
    )
    .addOption(option('--prompt-file <path>', 'a file to continue'))
    .addOption(checkpointFlag())
    .addOption(dtypeFlag())
    .addOption(adapterFlag())
    .addOption(tokenizerFlag('that of the model, else bytes'))
    .addOption(option('--max-tokens <n>', 'tokens to write', { type: 'integer', max: 1e7 }).default(200))
    .addOption(
      option('--temperature <x>', '0 takes the most likely token each time', {
        type: 'number',
        min: 0,
        max: 100,
      }).default(0),
    );
  return {
    command,
    run: (context: Context, [dir]: readonly string[], options: Options) => runGenerate(context, dir, options),
  };
}

/** Bytes of a prompt at most: it is kept as it is, though the model reads it in parts. */
const MOST = 2 ** 26;

/** Bytes of a prompt that are printed at most. */
const ECHOED = 2000;

/** A prompt, and what has come of it. */
interface Answer {
  readonly bytes: Uint8Array;
  readonly ids: Int32Array;
  readonly stream: ReturnType<Tokenizer['decodeStream']>;
  text: string;
  tokens: number;
  ended: boolean;
}

async function runGenerate(context: Context, where: string, options: Options): Promise<Result> {
  const { terminal, say, note } = context;
  const { maxTokens, temperature, seed } = options;
  const prompts = await promptsOf(options, terminal.signal);
  const dir = await modelDirectory(where, context);
  const device = await openDevice(options);
  const { model, moment } = await openModel(dir, device, {
    terminal,
    note,
    checkpoint: options.checkpoint,
    dtype: options.dtype,
    adapter: options.adapter,
  });
  const { tokenizer } = await openTokenizer(options.tokenizer, dir, context);
  requireIds(options.tokenizer ?? dir, model, tokenizer);
  if (moment && moment.step < moment.steps) note(`${momentText(dir, moment)}\n`);
  const answers = prompts.map((bytes) => answerTo(bytes, tokenizer));
  const [alone] = answers.length === 1 ? answers : [];
  if (alone) echo(alone);
  const started = performance.now();
  const ids = answers.map((answer) => answer.ids);
  const { vocab_size } = model.config.model;
  const vocabulary = tokenizer.kind === 'bytes' ? {} : { vocabulary: Math.min(vocab_size, tokenizer.vocabSize) };
  const ends = endsOf(tokenizer, model);
  let steps = 0;
  for await (const next of generate(model, ids, { maxTokens, temperature, seed, ...vocabulary })) {
    steps++;
    for (const [i, answer] of answers.entries()) {
      const id = next[i];
      answer.ended ||= id === null || ends.has(id);
      if (id === null || answer.ended) continue;
      answer.tokens++;
      const part = answer.stream.push(id);
      answer.text += part;
      if (alone) say(part);
    }
    if (answers.every(({ ended }) => ended)) break;
    if (terminal.signal.aborted) throw new Interrupted(`\ngenerate: stopped after ${steps} of ${maxTokens} tokens.`);
  }
  const tokensPerSecond = (steps * answers.length) / ((performance.now() - started) / 1000);
  for (const answer of answers) {
    const last = answer.stream.end();
    answer.text += last;
    if (!alone) echo(answer);
    say(`${alone ? last : answer.text}\n`);
  }
  const texts = answers.map(({ bytes, text, ended }) => ({ prompt: textOf(bytes), text, ended }));
  const tokens = answers.reduce((sum, answer) => sum + answer.tokens, 0);
  return {
    answer: true,
    data: { dir, ...moment, device: device.name, seed, ...(alone ? texts[0] : { texts }), tokens, tokensPerSecond },
  };

  function echo({ bytes }: Answer): void {
    if (bytes.length > ECHOED)
      note(`the last ${grouped(ECHOED)} of ${grouped(bytes.length)} bytes, and what follows:\n`);
    say(textOf(endOf(bytes)));
  }
}

/** A byte order mark is text like any other. */
const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

function answerTo(bytes: Uint8Array, tokenizer: Tokenizer): Answer {
  const ids = tokenizer.kind === 'bytes' ? Int32Array.from(bytes) : tokenizer.encode(textOf(bytes));
  if (ids.length === 0) {
    throw new OptionError(
      '--prompt is no token for this tokenizer but a model continues at least one; give more text.',
    );
  }
  const stream = tokenizer.decodeStream({ skipSpecialTokens: true });
  // What comes is told as what follows the prompt: some tokenizers begin a text in another way than they go on with it.
  if (tokenizer.kind !== 'bytes') for (const id of ids) stream.push(id);
  return { bytes, ids, stream, text: '', tokens: 0, ended: false };
}

/** What to continue, as bytes of UTF-8. @throws OptionError when nothing says it, two flags do, one is empty, or too long to keep. */
async function promptsOf({ prompt, promptFile }: Options, signal: AbortSignal): Promise<Uint8Array[]> {
  if ((prompt === undefined) === (promptFile === undefined)) {
    throw new OptionError(
      prompt === undefined
        ? 'neither --prompt nor --prompt-file says what to continue; give one of them.'
        : '--prompt and --prompt-file both say what to continue; give one of them.',
    );
  }
  const several = prompt !== undefined && prompt.length > 1;
  if (several && prompt.includes(STANDARD_INPUT)) {
    throw new OptionError('--prompt - reads standard input, which is one prompt; give it alone.');
  }
  const all =
    promptFile !== undefined
      ? [fileBytes(promptFile)]
      : prompt![0] === STANDARD_INPUT
        ? [await readStandardInput('--prompt', MOST, signal)]
        : prompt!.map((text) => new TextEncoder().encode(text));
  if (all.every((bytes) => bytes.length > 0)) return all;
  const flag = promptFile === undefined ? '--prompt' : `--prompt-file ${promptFile}`;
  throw new OptionError(`${flag} is empty but a model continues at least one byte; give some text.`);
}

/** Looks at the size before it reads. */
function fileBytes(path: string): Uint8Array {
  const { size } = attempt(path, () => statSync(path));
  if (size <= MOST) return readFile(path);
  throw new OptionError(
    `--prompt-file ${path} has ${grouped(size)} bytes, above the limit of ${grouped(MOST)}; give its end.`,
  );
}

/** The end of a long prompt, from a whole character on. */
function endOf(prompt: Uint8Array): Uint8Array {
  let from = Math.max(0, prompt.length - ECHOED);
  while (from > 0 && from < prompt.length && (prompt[from] & 0xc0) === 0x80) from++;
  return prompt.subarray(from);
}

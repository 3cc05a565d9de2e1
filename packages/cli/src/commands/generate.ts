// twill generate: continues a text with a byte model, as it comes.

import { statSync } from 'node:fs';
import { decodeText } from '@twilljs/data';
import { readStandardInput, STANDARD_INPUT } from '@twilljs/data/node';
import { grouped } from '@twilljs/eval';
import type { LoadOptions } from '@twilljs/hub';
import { attempt, readFile } from '@twilljs/hub/node';
import { generate, requireBytes } from '@twilljs/hybrid';
import { OptionError } from '@twilljs/tensor';
import { Argument, Option } from 'commander';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { openDevice } from '../device.ts';
import { Interrupted } from '../failure.ts';
import { option } from '../flags.ts';
import { type CheckpointName, checkpointFlag, dtypeFlag, momentText, openModel } from '../model.ts';

interface Options extends CommonOptions {
  readonly prompt: string | undefined;
  readonly promptFile: string | undefined;
  readonly checkpoint: CheckpointName | undefined;
  readonly dtype: LoadOptions['dtype'];
  readonly maxTokens: number;
  readonly temperature: number;
}

export function generateText() {
  const command = makeCommand({
    name: 'generate',
    summary: 'Continues a text with a model of bytes, and prints the text as it comes.',
    seed: 'decides what is drawn at a temperature above 0',
    eager: true,
    examples: [
      'twill generate runs/book --prompt "Call me" --max-tokens 300 --temperature 0.7 --seed 1',
      'twill generate runs/book --prompt-file chapter.txt --max-tokens 300',
      'tail -c 5000 chapter.txt | twill generate runs/book --prompt -',
    ],
    notes: [
      `A prompt may be of any length. Of one above ${grouped(ECHOED)} bytes only the end is printed before what follows.`,
    ],
  })
    .addArgument(new Argument('<dir>', 'run or model directory'))
    .addOption(new Option('--prompt <text>', 'what to continue; - reads it from standard input'))
    .addOption(option('--prompt-file <path>', 'a file to continue'))
    .addOption(checkpointFlag())
    .addOption(dtypeFlag())
    .addOption(option('--max-tokens <n>', 'bytes to write', { type: 'integer', max: 1e7 }).default(200))
    .addOption(
      option('--temperature <x>', '0 takes the most likely byte each time', {
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

async function runGenerate({ terminal, say, note }: Context, dir: string, options: Options): Promise<Result> {
  const { maxTokens, temperature, seed } = options;
  const prompt = await promptOf(options, terminal.signal);
  const device = await openDevice(options);
  const { model, moment } = await openModel(dir, device, {
    note,
    checkpoint: options.checkpoint,
    dtype: options.dtype,
  });
  requireBytes(dir, model);
  if (moment && moment.step < moment.steps) note(`${momentText(dir, moment)}\n`);
  // A byte order mark is text that the model has written, like any other.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  const write = (part: string) => {
    text += part;
    say(part);
  };
  if (prompt.length > ECHOED)
    note(`the last ${grouped(ECHOED)} of ${grouped(prompt.length)} bytes, and what follows:\n`);
  say(decodeText(endOf(prompt)));
  const started = performance.now();
  let tokens = 0;
  for await (const id of generate(model, prompt, { maxTokens, temperature, seed })) {
    tokens++;
    write(decoder.decode(Uint8Array.of(id), { stream: true }));
    if (terminal.signal.aborted) throw new Interrupted(`\ngenerate: stopped after ${tokens} of ${maxTokens} bytes.`);
  }
  write(decoder.decode());
  say('\n');
  const tokensPerSecond = tokens / ((performance.now() - started) / 1000);
  return {
    answer: true,
    data: { dir, ...moment, device: device.name, seed, prompt: decodeText(prompt), text, tokens, tokensPerSecond },
  };
}

/** What to continue, as bytes. @throws OptionError when nothing says it, two flags do, it is empty, or too long to keep. */
async function promptOf({ prompt, promptFile }: Options, signal: AbortSignal): Promise<Uint8Array> {
  if ((prompt === undefined) === (promptFile === undefined)) {
    throw new OptionError(
      prompt === undefined
        ? 'neither --prompt nor --prompt-file says what to continue; give one of them.'
        : '--prompt and --prompt-file both say what to continue; give one of them.',
    );
  }
  const bytes =
    promptFile !== undefined
      ? fileBytes(promptFile)
      : prompt === STANDARD_INPUT
        ? await readStandardInput('--prompt', MOST, signal)
        : new TextEncoder().encode(prompt);
  if (bytes.length > 0) return bytes;
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

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
  readonly prompt: readonly string[] | undefined;
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
      'twill generate runs/book --prompt "Call me" --prompt "The whale" --max-tokens 100',
      'twill generate runs/book --prompt-file chapter.txt --max-tokens 300',
      'tail -c 5000 chapter.txt | twill generate runs/book --prompt -',
    ],
    notes: [
      `A prompt may be of any length. Of one above ${grouped(ECHOED)} bytes only the end is printed before what follows.`,
      'Several prompts are continued together and printed when all have come to their end.',
    ],
  })
    .addArgument(new Argument('<dir>', 'run or model directory'))
    .addOption(
      new Option(
        '--prompt <text>',
        'what to continue, once or several times; - reads it from standard input',
      ).argParser((text, before: readonly string[] = []) => [...before, text]),
    )
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
  const prompts = await promptsOf(options, terminal.signal);
  const device = await openDevice(options);
  const { model, moment } = await openModel(dir, device, {
    note,
    checkpoint: options.checkpoint,
    dtype: options.dtype,
  });
  requireBytes(dir, model);
  if (moment && moment.step < moment.steps) note(`${momentText(dir, moment)}\n`);
  // A byte order mark is text that the model has written, like any other.
  const answers = prompts.map((prompt) => ({
    prompt,
    decoder: new TextDecoder('utf-8', { ignoreBOM: true }),
    text: '',
  }));
  const [alone] = answers.length === 1 ? answers : [];
  if (alone) echo(alone.prompt);
  const started = performance.now();
  let steps = 0;
  for await (const ids of generate(model, prompts, { maxTokens, temperature, seed })) {
    steps++;
    for (const [i, answer] of answers.entries()) {
      const part = answer.decoder.decode(Uint8Array.of(ids[i]), { stream: true });
      answer.text += part;
      if (alone) say(part);
    }
    if (terminal.signal.aborted) throw new Interrupted(`\ngenerate: stopped after ${steps} of ${maxTokens} bytes.`);
  }
  const tokens = steps * answers.length;
  const tokensPerSecond = tokens / ((performance.now() - started) / 1000);
  for (const answer of answers) {
    const last = answer.decoder.decode();
    answer.text += last;
    if (!alone) echo(answer.prompt);
    say(`${alone ? last : answer.text}\n`);
  }
  const texts = answers.map(({ prompt, text }) => ({ prompt: decodeText(prompt), text }));
  return {
    answer: true,
    data: { dir, ...moment, device: device.name, seed, ...(alone ? texts[0] : { texts }), tokens, tokensPerSecond },
  };

  function echo(prompt: Uint8Array): void {
    if (prompt.length > ECHOED)
      note(`the last ${grouped(ECHOED)} of ${grouped(prompt.length)} bytes, and what follows:\n`);
    say(decodeText(endOf(prompt)));
  }
}

/** What to continue, as bytes. @throws OptionError when nothing says it, two flags do, one is empty, or too long to keep. */
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

// twill generate: continues a text, as it comes.
import { grouped } from '@twilljs/eval';
import { type GeneratedText, generateText, requireIds, type TextOptions, type Token } from '@twilljs/hybrid';
import { OptionError } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import { Argument, Option } from 'commander';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { openDevice } from '../device.ts';
import { Interrupted } from '../failure.ts';
import { option } from '../flags.ts';
import { modelDirectory } from '../hub/fetch.ts';
import { adapterFlag, checkpointFlag, dtypeFlag, type ModelFlags, momentText, openModel } from '../model.ts';
import { endOf, type PromptFlags, promptsOf } from '../prompts.ts';
import { type SamplingFlags, samplingOf, stopsOf, withSampling } from '../sampling.ts';
import { openTokenizer, tokenizerFlag } from '../tokenizer.ts';

interface Options extends CommonOptions, ModelFlags, PromptFlags, SamplingFlags {
  readonly maxTokens: number;
  readonly n: number | undefined;
  readonly logprobs: number | undefined;
  readonly stream: true | undefined;
}

export function generateCommand() {
  const command = makeCommand({
    name: 'generate',
    summary: 'Continues a text with a model, and prints the text as it comes.',
    seed: 'decides what is drawn at a temperature above 0',
    eager: true,
    examples: [
      'twill generate runs/book --prompt "Call me" --max-tokens 300 --temperature 0.7 --top-p 0.9 --seed 1',
      'twill generate runs/book --prompt "Call me" --prompt "The whale" --max-tokens 100 --stop "\\n\\n"',
      'twill generate runs/book --prompt "Call me" --n 4 --temperature 1',
      'twill generate runs/book --prompt-file chapter.txt --max-tokens 300 --stream --json',
      'tail -c 5000 chapter.txt | twill generate runs/book --prompt -',
    ],
    notes: [
      `A prompt may be of any length. Of one above ${grouped(ECHOED)} bytes only the end is printed before what follows.`,
      'Several texts are continued together and printed when all have come to their end.',
      'A text ends before --max-tokens where the model gives the token of its end, as its tokenizer or configuration has it.',
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
    .addOption(option('--max-tokens <n>', 'tokens to write', { type: 'integer', max: 1e7 }).default(200));
  withSampling(command, 0)
    .addOption(
      option('--n <n>', 'so many continuations of one prompt, the most likely first', {
        type: 'integer',
        min: 1,
        max: 1024,
      }),
    )
    .addOption(
      option(
        '--logprobs <n>',
        'log-probabilities of all tokens, and of the n most likely in their places; with --json',
        {
          type: 'integer',
          min: 0,
          max: 1e6,
        },
      ),
    )
    .addOption(new Option('--stream', 'of several texts, or with --json: a line of JSON for each part as it comes'));
  return {
    command,
    run: (context: Context, [dir]: readonly string[], options: Options) => runGenerate(context, dir, options),
  };
}

/** Bytes of a prompt that are printed at most. */
const ECHOED = 2000;

async function runGenerate(context: Context, where: string, options: Options): Promise<Result> {
  const { terminal, say, note, json } = context;
  const { maxTokens, seed, n } = options;
  const prompts = await promptsOf(options, terminal.signal);
  checkTogether(options, prompts, json);
  const sampling = samplingOf(options);
  const dir = await modelDirectory(where, context);
  const device = await openDevice(options);
  const { tokenizer } = await openTokenizer(options.tokenizer, dir, context);
  const { model, moment } = await openModel(dir, device, { terminal, note, ...options });
  requireIds(options.tokenizer ?? dir, model, tokenizer);
  if (moment && moment.step < moment.steps) note(`${momentText(dir, moment)}\n`);
  const alone = n === undefined && prompts.length === 1;
  if (alone) echo(prompts[0]);
  const started = performance.now();
  const settings: TextOptions = {
    ...{ maxTokens, seed, ...sampling, stop: stopsOf(options.stop, dir, model) },
    ...(options.logprobs !== undefined && { logprobs: options.logprobs }),
  };
  const given = prompts.map((bytes) => (tokenizer.kind === 'bytes' ? Int32Array.from(bytes) : textOf(bytes)));
  const stream =
    n === undefined
      ? generateText(model, tokenizer, given, settings)
      : generateText(model, tokenizer, given[0], { ...settings, n });
  let steps = 0;
  for await (const parts of stream) {
    steps++;
    if (alone) say(parts[0]);
    for (const [index, text] of parts.entries()) {
      if (options.stream && (json || !alone) && text !== '') terminal.out(`${JSON.stringify({ index, text })}\n`);
    }
    if (terminal.signal.aborted) throw new Interrupted(`\ngenerate: stopped after ${steps} of ${maxTokens} tokens.`);
  }
  const seconds = (performance.now() - started) / 1000;
  const found = await stream.result();
  for (const [i, { text, logprob }] of found.entries()) {
    if (n !== undefined) note(`${i + 1} of ${n}, mean log-probability ${logprob!.toFixed(3)}:\n`);
    if (!alone) echo(prompts[n === undefined ? i : 0]);
    say(alone ? '\n' : `${text}\n`);
  }
  const texts = found.map((answer, i) => textData(answer, prompts[n === undefined ? i : 0], tokenizer));
  const tokens = found.reduce((sum, { ids }) => sum + ids.length, 0);
  return {
    answer: true,
    data: {
      ...{ dir, ...moment, device: device.name, seed, ...(alone ? texts[0] : { texts }), tokens },
      tokensPerSecond: tokens / seconds,
    },
  };

  function echo(bytes: Uint8Array): void {
    if (bytes.length > ECHOED)
      note(`the last ${grouped(ECHOED)} of ${grouped(bytes.length)} bytes, and what follows:\n`);
    say(textOf(endOf(bytes, ECHOED)));
  }
}

function checkTogether({ n, temperature, logprobs }: Options, prompts: readonly Uint8Array[], json: boolean): void {
  if (n !== undefined && prompts.length > 1) {
    throw new OptionError(`--n is ${n} but ${prompts.length} prompts are given; give one prompt, or leave --n out.`);
  }
  if (n !== undefined && n > 1 && temperature === 0) {
    throw new OptionError(
      `--n is ${n} but --temperature 0 writes the same text each time; give a --temperature above 0, such as 1.`,
    );
  }
  if (logprobs !== undefined && !json) {
    throw new OptionError('--logprobs is given without --json, which prints them; give both.');
  }
}

/** What `--json` says of a text. */
function textData({ text, end, logprob, tokens }: GeneratedText, prompt: Uint8Array, tokenizer: Tokenizer) {
  const named = ({ id, logprob }: { id: number; logprob: number }) => ({ id, token: tokenizer.idToToken(id), logprob });
  const all = tokens?.map((token: Token) => ({ ...named(token), top: token.top.map(named) }));
  return { prompt: textOf(prompt), text, end, ...(all && { logprob, logprobs: all }) };
}

/** A byte order mark is text like any other. */
const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

// twill generate: continues a text with a byte model, as it comes.
import { encodeText } from '@twilljs/data';
import { generate } from '@twilljs/hybrid';
import { OptionError } from '@twilljs/tensor';
import { Argument, Option } from 'commander';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { openDevice } from '../device.ts';
import { Interrupted } from '../failure.ts';
import { once, realNumber, wholeNumber } from '../flags.ts';
import { openModel } from '../model.ts';

interface Options extends CommonOptions {
  readonly prompt: string;
  readonly maxTokens: number;
  readonly temperature: number;
}

export function generateText() {
  const command = makeCommand({
    name: 'generate',
    summary: 'Continues a text with a model of bytes, and prints the text as it comes.',
    seed: 'decides what is drawn at a temperature above 0',
    examples: ['twill generate runs/book --prompt "Call me" --max-tokens 300 --temperature 0.7 --seed 1'],
  })
    .addArgument(new Argument('<dir>', 'run or model directory'))
    .addOption(new Option('--prompt <text>', 'what to continue').makeOptionMandatory())
    .addOption(
      new Option('--max-tokens <n>', 'bytes to write')
        .argParser(once('--max-tokens', wholeNumber('--max-tokens', { max: 1e7 })))
        .default(200),
    )
    .addOption(
      new Option('--temperature <x>', '0 takes the most likely byte each time')
        .argParser(once('--temperature', realNumber('--temperature', { max: 100 })))
        .default(0),
    );
  return {
    command,
    run: (context: Context, [dir]: readonly string[], options: Options) => runGenerate(context, dir, options),
  };
}

async function runGenerate({ terminal, say, note }: Context, dir: string, options: Options): Promise<Result> {
  const { prompt, maxTokens, temperature, seed } = options;
  if (prompt === '')
    throw new OptionError('--prompt is empty but a model continues at least one byte; give some text.');
  const device = await openDevice(options.device);
  const model = await openModel(dir, device, note);
  const { vocab_size } = model.config.model;
  if (vocab_size !== 256) {
    throw new OptionError(`${dir}: vocab_size is ${vocab_size} but text needs the 256 bytes; choose a model of bytes.`);
  }
  const decoder = new TextDecoder();
  let text = '';
  const write = (part: string) => {
    text += part;
    say(part);
  };
  say(prompt);
  const started = performance.now();
  let tokens = 0;
  for await (const id of generate(model, encodeText(prompt), { maxTokens, temperature, seed })) {
    tokens++;
    write(decoder.decode(Uint8Array.of(id), { stream: true }));
    if (terminal.signal.aborted) throw new Interrupted(`\ngenerate: stopped after ${tokens} of ${maxTokens} bytes.`);
  }
  write(decoder.decode());
  say('\n');
  const tokensPerSecond = tokens / ((performance.now() - started) / 1000);
  return { answer: true, data: { dir, device: device.name, seed, prompt, text, tokens, tokensPerSecond } };
}

// twill chat: a conversation with a model, in the form of its chat template.
import { readStandardInput } from '@twilljs/data/node';
import { generateText, Prefixes, requireIds } from '@twilljs/hybrid';
import { OptionError } from '@twilljs/tensor';
import { applyChatTemplate, type ChatMessage, type Tokenizer } from '@twilljs/tokenizers';
import { Argument, Option } from 'commander';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { openDevice } from '../device.ts';
import { Interrupted } from '../failure.ts';
import { option } from '../flags.ts';
import { modelDirectory } from '../hub/fetch.ts';
import { adapterFlag, checkpointFlag, dtypeFlag, type ModelFlags, openModel } from '../model.ts';
import { type SamplingFlags, samplingOf, stopsOf, withSampling } from '../sampling.ts';
import { openTokenizer, tokenizerFlag } from '../tokenizer.ts';

interface Options extends CommonOptions, ModelFlags, SamplingFlags {
  readonly message: readonly string[] | undefined;
  readonly system: string | undefined;
  readonly maxTokens: number;
}

export function chat() {
  const command = makeCommand({
    name: 'chat',
    summary: 'Talks with a model that has a chat template, and prints its answers as they come.',
    seed: 'decides what is drawn at a temperature above 0',
    eager: true,
    examples: [
      'twill chat models/talker',
      'twill chat models/talker --system "You answer in one sentence." --message "Who is Ahab?"',
      'twill chat models/talker --message "Who is Ahab?" --message "And his ship?" --temperature 0 --json',
    ],
    notes: [
      'Without --message, messages are the lines that you write, or those of standard input. Ctrl-D ends the conversation.',
      'What was said before is not read again, where the template keeps it as it was: an answer begins where the last one ended.',
    ],
  })
    .addArgument(new Argument('<dir>', 'run or model directory, or a model of the Hub (org/name)'))
    .addOption(
      new Option('--message <text>', 'what you say, once or several times, in turn').argParser(
        (text, before: readonly string[] = []) => [...before, text],
      ),
    )
    .addOption(option('--system <text>', 'what the model is told before'))
    .addOption(checkpointFlag())
    .addOption(dtypeFlag())
    .addOption(adapterFlag())
    .addOption(tokenizerFlag('that of the model'))
    .addOption(
      option('--max-tokens <n>', 'tokens of an answer at most', { type: 'integer', min: 1, max: 1e7 }).default(512),
    );
  withSampling(command, 0.7);
  return {
    command,
    run: (context: Context, [dir]: readonly string[], options: Options) => runChat(context, dir, options),
  };
}

/** Bytes of what is said on standard input at most. */
const MOST = 2 ** 24;

async function runChat(context: Context, where: string, options: Options): Promise<Result> {
  const { terminal, say, note } = context;
  const sampling = samplingOf(options);
  const dir = await modelDirectory(where, context);
  const { tokenizer } = await openTokenizer(options.tokenizer, dir, context);
  if (tokenizer.chatTemplates.size === 0) {
    throw new OptionError(
      `${options.tokenizer ?? dir}: its tokenizer has no chat template, of which the form of a conversation is made; put one there as chat_template.jinja, or use twill generate.`,
    );
  }
  const device = await openDevice(options);
  const { model } = await openModel(dir, device, { terminal, note, ...options });
  requireIds(options.tokenizer ?? dir, model, tokenizer);
  using prefixes = new Prefixes();
  const messages: ChatMessage[] = options.system === undefined ? [] : [{ role: 'system', content: options.system }];
  const settings = { ...sampling, maxTokens: options.maxTokens, stop: stopsOf(options.stop, dir, model), prefixes };
  let tokens = 0;
  let seconds = 0;
  let turn = 0;
  for await (const content of saidBy(options, context)) {
    messages.push({ role: 'user', content });
    if (!terminal.ask) say(`> ${content}\n`);
    const started = performance.now();
    const stream = generateText(model, tokenizer, idsOf(tokenizer, messages), {
      ...settings,
      seed: options.seed + turn++,
    });
    for await (const part of stream) {
      say(part);
      if (terminal.signal.aborted) throw new Interrupted('\nchat: stopped.');
    }
    const { text, ids, end } = await stream.result();
    say('\n');
    if (end === 'length') note(`the answer ends after --max-tokens ${options.maxTokens}.\n`);
    messages.push({ role: 'assistant', content: text });
    tokens += ids.length;
    seconds += (performance.now() - started) / 1000;
  }
  return {
    answer: true,
    data: { dir, device: device.name, seed: options.seed, messages, tokens, tokensPerSecond: tokens / seconds },
  };
}

/** The conversation so far and the beginning of an answer. The template has written all special tokens. */
function idsOf(tokenizer: Tokenizer, messages: readonly ChatMessage[]): Int32Array {
  const text = applyChatTemplate(tokenizer, messages, { addGenerationPrompt: true });
  const ids = tokenizer.encode(text, { addSpecialTokens: false });
  if (ids.length > 0) return ids;
  throw new OptionError('the chat template makes no text of the messages; correct chat_template.jinja.');
}

/** What the user says: by flags, by writing lines, or on standard input. Empty lines say nothing. */
async function* saidBy({ message }: Options, { terminal }: Context): AsyncGenerator<string> {
  if (message) {
    yield* message;
  } else if (terminal.ask) {
    for (let line = await terminal.ask('> '); line !== null; line = await terminal.ask('> ')) {
      if (line.trim() !== '') yield line;
    }
    terminal.err('\n');
  } else {
    const bytes = await readStandardInput('chat', MOST, terminal.signal);
    for (const line of new TextDecoder().decode(bytes).split(/\r?\n/)) if (line.trim() !== '') yield line;
  }
}

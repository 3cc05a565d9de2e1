// twill tokenizer: a tokenizer of one's own, and what a tokenizer makes of a text.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Reading, readingOf, streamTexts } from '@twilljs/data/node';
import { bytesText, grouped } from '@twilljs/eval';
import { makeDirectory, writeAtomic } from '@twilljs/hub/node';
import { duration } from '@twilljs/report';
import { OptionError } from '@twilljs/tensor';
import { trainBpe } from '@twilljs/tokenizers';
import { Argument, Command, Option } from 'commander';
import {
  type CommandGroup,
  type CommonOptions,
  type Context,
  makeCommand,
  type Result,
  type Runnable,
} from '../command.ts';
import { Interrupted } from '../failure.ts';
import { option } from '../flags.ts';
import { transferBar } from '../hub/transfer-bar.ts';
import { readingFlags, WHAT_DATA_TAKES } from '../texts/flags.ts';
import { textReader } from '../texts/reader.ts';
import { openTokenizer } from '../tokenizer.ts';

export function tokenizer(): CommandGroup {
  const command = new Command('tokenizer').description(
    "Tokenizers: one of your own, trained on your texts, and any one's view of a text.",
  );
  return { command, members: [trainTokenizer(), show()] };
}

interface TrainOptions extends CommonOptions, Omit<Reading, 'bos' | 'eos'> {
  readonly data: readonly string[] | undefined;
  readonly vocabSize: number;
  readonly minFrequency: number;
  readonly eosToken: string;
  readonly specialToken: readonly string[] | undefined;
  readonly out: string | undefined;
}

function trainTokenizer(): Runnable {
  const command = makeCommand({
    name: 'train',
    summary: 'Trains a byte-level BPE on texts, and leaves a directory with its tokenizer.json.',
    seed: null,
    device: null,
    examples: [
      "twill tokenizer train --data 'notes/**' --out my-tokenizer",
      "twill tokenizer train --data posts.jsonl.gz --column body --vocab-size 16000 --special-token '<|user|>' --out t",
    ],
    notes: [
      "The same texts give the same tokens every time, those of Python's tokenizers. Texts are read one after the other\n" +
        'and not kept, so that they may be longer than memory; their different words are.',
      'The end of a document is a token of its own, --eos-token. Transformers loads the directory as it is.',
    ],
  })
    .addOption(new Option('--data <glob...>', WHAT_DATA_TAKES))
    .addOption(
      option('--vocab-size <n>', 'tokens at most, bytes and special ones included', {
        ...{ type: 'integer', min: 257, max: 2 ** 24 },
      }).default(8000),
    )
    .addOption(
      option('--min-frequency <n>', 'pairs that occur less often make no token', { type: 'integer', min: 0 }).default(
        2,
      ),
    )
    .addOption(option('--eos-token <name>', 'the token of the end of a document').default('<|endoftext|>'))
    .addOption(new Option('--special-token <name...>', 'more tokens that are no text'))
    .addOption(option('--out <dir>', 'the directory, made if needed'));
  for (const flag of readingFlags()) command.addOption(flag);
  return { command, run: runTrain };
}

async function runTrain(context: Context, _: readonly string[], options: TrainOptions): Promise<Result> {
  const { terminal, say, note } = context;
  const { data, out, vocabSize, minFrequency, eosToken, specialToken = [] } = options;
  if (data === undefined) throw new OptionError('--data is missing: it names the texts; add it.');
  if (out === undefined) throw new OptionError('--out is missing: it names the directory of the tokenizer; add it.');
  if (existsSync(join(out, 'tokenizer.json'))) {
    throw new OptionError(`--out ${out} holds a tokenizer.json already; choose another directory, or remove it.`);
  }
  const specialTokens = [eosToken, ...specialToken];
  const began = performance.now();
  const { signal } = terminal;
  const bar = transferBar(terminal, 'reading');
  let bytes = 0;
  let isReading = true;
  const texts = streamTexts(data, {
    ...{ ...readingOf(options), signal, dataset: textReader(context).dataset },
    note: (line) => note(`note: ${line}\n`),
    onRead(read, of) {
      bytes = read;
      bar.update({ done: read, total: of });
    },
  });
  const ended = () => {
    if (isReading) bar.end();
    isReading = false;
  };
  const file = await trainBpe(texts, {
    ...{ vocabSize, minFrequency, specialTokens },
    onProgress({ tokens, words }) {
      if (signal.aborted) throw new Interrupted('tokenizer train: stopped; nothing was written.');
      if (tokens > 0 && isReading) {
        ended();
        note(`${grouped(words)} different words\n`);
      }
      if (tokens > 0 && terminal.live) terminal.draw(`\rtokens  ${grouped(tokens)} of ${grouped(vocabSize)}\x1b[K`);
    },
  }).finally(ended);
  if (terminal.live) terminal.draw('\r\x1b[K');
  makeDirectory(out);
  writeAtomic(join(out, 'tokenizer.json'), file);
  writeAtomic(join(out, 'tokenizer_config.json'), configOf(eosToken));
  const seconds = (performance.now() - began) / 1000;
  const { tokenizer: made } = await openTokenizer(out, null, context);
  if (made.vocabSize < vocabSize) {
    note(`note: ${grouped(made.vocabSize)} tokens, not ${grouped(vocabSize)}: the texts give no more pairs\n`);
  }
  say(`${out}: ${grouped(made.vocabSize)} tokens from ${bytesText(bytes)} in ${duration(seconds)}\n`);
  return { answer: true, data: { out, tokens: made.vocabSize, bytes, seconds, digest: await made.digest() } };
}

/** As Transformers reads it. */
const configOf = (eos: string): string =>
  `${JSON.stringify({ tokenizer_class: 'PreTrainedTokenizerFast', eos_token: eos }, null, 2)}\n`;

interface ShowOptions extends CommonOptions {
  readonly text: string | undefined;
}

function show(): Runnable {
  const command = makeCommand({
    name: 'show',
    summary: 'Tells what a tokenizer is, and the pieces and ids of a text.',
    seed: null,
    device: null,
    examples: ["twill tokenizer show my-tokenizer --text 'Call me Ishmael.'", 'twill tokenizer show runs/book --json'],
  })
    .addArgument(new Argument('<path>', 'a tokenizer.json, a directory, org/name on the Hub, or bytes'))
    .addOption(option('--text <text>', 'what to take apart'));
  return { command, run: runShow };
}

async function runShow(context: Context, [where]: readonly string[], { text }: ShowOptions): Promise<Result> {
  const { say } = context;
  const { tokenizer: found } = await openTokenizer(where, null, context);
  const { kind, vocabSize, specialTokens, bosId, eosId, padId, chatTemplates } = found;
  const nameOf = (id: number | null) => (id === null ? 'none' : `${found.idToToken(id)} (${id})`);
  const digest = await found.digest();
  say(`${kind}, ${grouped(vocabSize)} tokens, ${grouped(specialTokens.size)} of them special\n`);
  say(`begin ${nameOf(bosId)}, end ${nameOf(eosId)}, padding ${nameOf(padId)}\n`);
  if (chatTemplates.size > 0) say(`chat templates: ${[...chatTemplates.keys()].join(', ')}\n`);
  say(`digest ${digest}\n`);
  const ids = text === undefined ? null : [...found.encode(text)];
  const pieces = ids?.map((id) => found.decode([id]));
  if (text !== undefined && ids && pieces) {
    const bytes = new TextEncoder().encode(text).length;
    say(`${ids.length} tokens for ${bytes} bytes\n`);
    const width = Math.max(...ids.map((id) => String(id).length), 0);
    for (const [i, id] of ids.entries()) {
      const piece = pieces[i] === '\ufffd' ? 'a part of a character' : JSON.stringify(pieces[i]);
      say(`${String(id).padStart(width)}  ${piece}\n`);
    }
  }
  const said = ids && { text, ids, pieces, decoded: found.decode(ids) };
  return {
    answer: true,
    data: {
      ...{ kind, vocabSize, specialTokens: Object.fromEntries(specialTokens), bosId, eosId, padId, digest },
      ...said,
    },
  };
}

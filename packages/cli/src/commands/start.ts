// twill start: the small study on this machine; three models of text and three of recall, side by side.
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { decodeText, encodeText } from '@twilljs/data';
import { makeDirectory, writeAtomic } from '@twilljs/hub/node';
import { generate } from '@twilljs/hybrid';
import { Option } from 'commander';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { type CorpusChoice, chooseCorpus } from '../corpus.ts';
import { openDevice } from '../device.ts';
import { duration } from '../draw/numbers.ts';
import { once, someText } from '../flags.ts';
import { openModel } from '../model.ts';
import { cells, LENGTH } from '../start/cells.ts';
import { picture } from '../start/picture.ts';
import { bestOf, sentence, tables, wrapped } from '../start/report.ts';
import { type CellResult, readResult } from '../start/results.ts';
import { trainAll } from '../start/schedule.ts';
import { openSource, readCorpus } from '../train/source.ts';

interface Options extends CommonOptions {
  readonly corpus: string[] | undefined;
  readonly out: string;
}

export function start() {
  const command = makeCommand({
    name: 'start',
    summary: 'Trains six small models side by side, three on text and three on recall, and shows what came out.',
    seed: 'decides initial weights, batches and the text that is written',
    examples: ['twill start', "twill start --corpus 'notes/**/*.md' --out runs/notes"],
    notes: ['Run it again with the same --out: what is finished is kept, what was stopped goes on.'],
  })
    .addOption(new Option('--corpus <glob...>', 'text for the language models (default: Moby-Dick)'))
    .addOption(
      new Option('--out <dir>', 'where the six run directories go')
        .argParser(once('--out', someText('--out')))
        .default('runs/start'),
    );
  return { command, run: (context: Context, _: readonly string[], options: Options) => runStart(context, options) };
}

async function runStart(context: Context, { corpus, out, seed, device }: Options): Promise<Result> {
  const { terminal, say, note } = context;
  const started = performance.now();
  const text = chooseCorpus(corpus);
  // Before any work: whether the text will do, and whether there is a place for the runs.
  await openSource({ data: [...text.patterns], length: LENGTH }, seed);
  makeDirectory(out);

  const atOnce = Math.min(cells.length, availableParallelism());
  note(`Six models, ${atOnce} at a time, into ${out}. Ctrl-C stops; the same command goes on.\n\n`);
  const directoryOf = (name: string) => join(out, name);
  const common = ['--seed', String(seed), '--device', device];
  await trainAll(terminal, atOnce, cells, directoryOf, (cell) => [
    'train',
    ...cell.args,
    ...(cell.part === 'language' ? ['--data', ...text.patterns.map((pattern) => resolve(pattern))] : []),
    ...common,
    ...['--out', directoryOf(cell.name), '--resume'],
  ]);

  const results = cells.map((cell) => readResult(cell, directoryOf(cell.name)));
  say(`\n${tables(results, text.title)}\n${wrapped(sentence(results), 100)}\n`);
  const best = bestOf(results);
  const paragraph = best && (await write(best, text, { seed, device }));
  if (paragraph)
    say(
      `\nThe best of them (${best.title}) goes on from ${JSON.stringify(paragraph.prompt)}:\n\n${indented(paragraph)}\n`,
    );
  writeAtomic(join(out, 'study.svg'), picture(results));
  const seconds = (performance.now() - started) / 1000;
  say(`\nRuns      ${cells.map(({ name }) => directoryOf(name)).join('\n          ')}\n`);
  say(`Picture   ${join(out, 'study.svg')}\nTime      ${duration(seconds)}\n`);
  if (best)
    say(
      `Next      ${terminal.self} generate ${best.directory} --prompt ${JSON.stringify(paragraph?.prompt)} --temperature 0.7\n`,
    );
  return {
    answer: true,
    data: {
      out,
      seed,
      seconds,
      results: results.map(({ losses, stateByContext: _, ...r }) => ({ ...r, loss: losses.at(-1) })),
      paragraph,
    },
  };
}

interface Paragraph {
  readonly prompt: string;
  readonly text: string;
}

const BYTES = 400;

/** A paragraph by a language model, at temperature 0.7. */
async function write(
  { directory }: CellResult,
  { prompt: given, patterns }: CorpusChoice,
  { seed, device }: Pick<Options, 'seed' | 'device'>,
): Promise<Paragraph> {
  const model = await openModel(directory, await openDevice(device));
  const prompt = given ?? openingOf((await readCorpus(patterns)).evaluation);
  const ids: number[] = [];
  for await (const id of generate(model, encodeText(prompt), { maxTokens: BYTES, temperature: 0.7, seed }))
    ids.push(id);
  return { prompt, text: decodeText(ids) };
}

/** The first few words of a text. */
function openingOf(text: Uint8Array): string {
  const words = new TextDecoder().decode(text.subarray(0, 200)).trim().split(/\s+/);
  return words.slice(0, 5).join(' ');
}

function indented({ prompt, text }: Paragraph): string {
  return wrapped(prompt + text, 88).replace(/^/gm, '    ');
}

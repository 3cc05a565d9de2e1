// twill start: the small study on this machine; six linear mixers, alone and woven with attention, beside a Transformer.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { decodeText, encodeText, type Tokens } from '@twilljs/data';
import { generate } from '@twilljs/hybrid';
import { duration, wrapped } from '@twilljs/report';
import { writeReport } from '@twilljs/report/node';
import type { SweepText } from '@twilljs/sweep/node';
import { Option } from 'commander';
import { bestOnText, study, studySentence, studyTable, sweepPresets } from 'twilljs';
import { type Context, makeCommand, type Result } from '../command.ts';
import { openDevice } from '../device.ts';
import { option } from '../flags.ts';
import { openModel } from '../model.ts';
import { EACH } from '../sweep/begin.ts';
import { openSweep, runSweep, type SweepAsked, sizeText, trainedHere } from '../sweep/run.ts';
import { WHAT_DATA_TAKES } from '../texts/flags.ts';

const PRESET = 'small';

export function start() {
  const command = makeCommand({
    name: 'start',
    summary: 'The small study: linear mixers, alone and woven with attention, on text and on recall, side by side.',
    seed: 'is added to every seed of the study',
    threads: EACH,
    examples: ['twill start', "twill start --data 'notes/**/*.md' --out runs/notes"],
    notes: [
      'Run it again with the same --out: what is finished is kept, what was stopped goes on.',
      `It is the preset ${PRESET} of twill sweep, with a table, a sentence and a paragraph at its end.`,
    ],
  })
    .addOption(
      new Option('--corpus, --data <glob...>', `for the language models: ${WHAT_DATA_TAKES} (default: Moby-Dick)`),
    )
    .addOption(option('--out <dir>', 'where everything goes').default('runs/start'));
  return { command, run: (context: Context, _: readonly string[], options: SweepAsked) => runStart(context, options) };
}

async function runStart(context: Context, options: SweepAsked): Promise<Result> {
  const { terminal, say, note } = context;
  const { out, seed } = options;
  terminal.outliveReader();
  const started = performance.now();
  const opened = await openSweep(sweepPresets[PRESET], options, context);
  const { cells, text, known } = opened;
  const jobs = availableParallelism();
  note(
    `The small study, ${sizeText(cells)}, ${jobs} at a time, into ${out}. Ctrl-C stops; the same command goes on.\n\n`,
  );
  const { results, failures, skipped } = await runSweep(opened, trainedHere(jobs), options, terminal);

  const found = results?.cells ?? [];
  const words = studySentence(found);
  say(`\n${studyTable(found, titleOf(text))}\n${wrapped(words, 100)}\n`);
  for (const [name, message] of failures) say(`\n${name} failed: ${message}\n`);
  for (const { line } of skipped) say(`\n${line}\n`);
  const best = bestOnText(found);
  const directory = best && join(out, best.directory);
  const paragraph = text && directory ? await write(directory, text, options) : null;
  if (paragraph) {
    const from = JSON.stringify(paragraph.prompt);
    say(`\nThe best on text (${best?.title}) goes on from ${from}:\n\n${indented(paragraph)}\n`);
  }
  const report = await writeReport([out], { ...study, known });
  const seconds = (performance.now() - started) / 1000;
  say(`\nReport    ${report.page}\n          ${report.markdown}`);
  say(`\nResults   ${join(out, 'results.json')}\nRuns      ${join(out, 'cells')}\nTime      ${duration(seconds)}\n`);
  if (paragraph)
    say(
      `Next      ${terminal.self} generate ${directory} --prompt ${JSON.stringify(paragraph.prompt)} --temperature 0.7\n`,
    );
  return {
    answer: failures.size === 0,
    data: {
      ...{ out, seed, seconds, failed: Object.fromEntries(failures), sentence: words, paragraph, report },
      results: found.map(({ losses, bitsByPosition: _, ...cell }) => ({ ...cell, loss: losses.at(-1)?.[1] ?? null })),
    },
  };
}

/** What the language models read, for the table. */
function titleOf(text: SweepText | null): string {
  if (!text) return '';
  return text.source === undefined ? text.files.join(' ') : 'Moby-Dick, every tenth chapter kept from training';
}

interface Paragraph {
  readonly prompt: string;
  readonly text: string;
}

const BYTES = 400;

/** A paragraph by a language model, at temperature 0.7. */
async function write(directory: string, text: SweepText, { seed, device, threads }: SweepAsked): Promise<Paragraph> {
  const { model } = await openModel(directory, await openDevice({ device, threads }));
  const prompt = text.source === undefined ? openingOf(text.corpus.evaluation.tokens) : 'The whale ';
  const ids: number[] = [];
  for await (const id of generate(model, encodeText(prompt), { maxTokens: BYTES, temperature: 0.7, seed }))
    ids.push(id);
  return { prompt, text: decodeText(ids) };
}

/** The first few words of a text. */
function openingOf(text: Tokens): string {
  const words = decodeText(text.subarray(0, 200)).trim().split(/\s+/);
  return words.slice(0, 5).join(' ');
}

function indented({ prompt, text }: Paragraph): string {
  return wrapped(prompt + text, 88).replace(/^/gm, '    ');
}

// The small study: its cells run in processes of their own, and its report says what they found.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { TwillError } from '@twilljs/tensor';
import { readMetrics } from '@twilljs/train/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseCorpus } from '../corpus.ts';
import { Interrupted } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { type Cell, cells } from './cells.ts';
import { picture } from './picture.ts';
import { bestOf, sentence, tables, wrapped } from './report.ts';
import type { CellResult } from './results.ts';
import { trainAll } from './schedule.ts';

describe('the cells', () => {
  it('are three of text and three of recall, and differ in nothing but the layout', () => {
    for (const part of ['language', 'recall'] as const) {
      const own = cells.filter((cell) => cell.part === part);
      expect(own.map(({ name }) => name)).toEqual([`${part}-pure`, `${part}-hybrid`, `${part}-transformer`]);
      const rest = own.map(({ args }) => args.slice(args.indexOf('--hidden-size')));
      expect(new Set(rest.map(String)).size).toBe(1);
    }
  });

  it('read Moby-Dick chapter by chapter, or what the user names', () => {
    expect(chooseCorpus(undefined).patterns.map((path) => path.split('/').at(-1))).toEqual([
      'chapter_*.txt',
      'epilogue.txt',
    ]);
    expect(chooseCorpus(['a', 'b'])).toEqual({ patterns: ['a', 'b'], title: 'a b', prompt: null });
  });
});

describe('running them', () => {
  let work: string;
  let said: string;
  let stop: AbortController;
  const options = process.env.NODE_OPTIONS;

  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'twill-start-'));
    said = '';
    stop = new AbortController();
    // Child processes read source, as `pnpm start` does.
    const tsx = pathToFileURL(join(process.cwd(), 'node_modules/tsx/dist/loader.mjs')).href;
    process.env.NODE_OPTIONS = `--conditions=@twilljs/source --import=${tsx}`;
  });
  afterEach(() => {
    if (options === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = options;
    rmSync(work, { recursive: true });
  });

  const terminal = (): Terminal => ({
    out: () => {},
    err: (text) => {
      said += text;
    },
    live: false,
    columns: 100,
    ask: null,
    signal: stop.signal,
    entry: fileURLToPath(new URL('../main.ts', import.meta.url)),
    self: 'twill',
  });
  const cell = (name: string, steps: number): Cell => ({ name, part: 'recall', title: name, steps, args: [] });
  const directoryOf = (name: string) => join(work, name);
  const run = (which: Cell[], extra: string[] = []) =>
    trainAll(terminal(), 2, which, directoryOf, ({ name, steps }) => [
      ...'train --task parity --length 8 --batch 2 --hidden-size 8 --layers 1 --resume'.split(' '),
      ...['--steps', String(steps), '--out', directoryOf(name), ...extra],
    ]);

  it('trains all of them, says how far they are, and keeps what is finished', async () => {
    const three = [cell('one', 4), cell('two', 4), cell('three', 4)];
    await run(three);
    for (const { name } of three) expect(readMetrics(directoryOf(name)).step).toBe(4);
    for (const { name } of three) expect(said).toMatch(new RegExp(`${name} .* 4/4 .* done`));
    await run(three);
  });

  it('reports the first failure in its own words', async () => {
    await expect(run([cell('one', 4)], ['--heads', '3'])).rejects.toThrow(/--heads=3 does not divide --hidden-size=8/);
    await expect(run([cell('one', 4)], ['--heads', '3'])).rejects.toBeInstanceOf(TwillError);
  });

  it('stops them all at Ctrl-C, with checkpoints', async () => {
    const running = run([cell('one', 1e6), cell('two', 1e6), cell('three', 1e6)]);
    while (['one', 'two'].some((name) => readMetrics(directoryOf(name)).step < 30)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    stop.abort();
    await expect(running).rejects.toBeInstanceOf(Interrupted);
    expect(readMetrics(directoryOf('three')).step).toBe(0);
  });
});

describe('the report', () => {
  const result = (name: string, bitsPerByte: number, stateBytes: number): CellResult => ({
    name,
    part: name.startsWith('language') ? 'language' : 'recall',
    title: name.replace(/.*-/, ''),
    directory: `runs/${name}`,
    parameters: 123456,
    stateBytes,
    stateByContext: [
      [256, 1000],
      [32768, stateBytes],
    ],
    tokensPerSecond: 7777.7,
    losses: [5, 4, 3, 2],
    ...(name.startsWith('language') ? { bitsPerByte } : { recall: { 4: 1, 8: 0.95, 16: bitsPerByte } }),
  });
  const results = [
    result('language-pure', 2.449, 25344),
    result('language-hybrid', 2.466, 12_601_920),
    result('language-transformer', 2.734, 50_331_648),
    result('recall-pure', 0.982, 12672),
    result('recall-hybrid', 1, 12_589_248),
    result('recall-transformer', 1, 25_165_824),
  ];

  it('has two tables', () => {
    expect(tables(results, 'a book')).toMatchInlineSnapshot(`
      "Language: a book
      model        bits per byte  state at 32k  parameters  tokens/s  training loss
      ─────────────────────────────────────────────────────────────────────────────
      pure                 2.449       25.3 kB     123,456     7,778           █▆▃▁
      hybrid               2.466       12.6 MB     123,456     7,778           █▆▃▁
      transformer          2.734       50.3 MB     123,456     7,778           █▆▃▁

      Recall: the value that belongs to a key, among 4, 8 and 16 pairs (MQAR; chance 0.031)
      model        4 pairs  8 pairs  16 pairs  state at 32k  parameters  tokens/s  training loss
      ──────────────────────────────────────────────────────────────────────────────────────────
      pure           1.000    0.950     0.982       12.7 kB     123,456     7,778           █▆▃▁
      hybrid         1.000    0.950     1.000       12.6 MB     123,456     7,778           █▆▃▁
      transformer    1.000    0.950     1.000       25.2 MB     123,456     7,778           █▆▃▁
      "
    `);
  });

  it('has one sentence that is made of the numbers', () => {
    expect(wrapped(sentence(results), 100)).toMatchInlineSnapshot(`
      "After half a million bytes the hybrid is 0.017 bit worse than pure Gated DeltaNet and 0.268 bit
      better than the Transformer, and at 32k tokens its state is 4.0 times smaller than the
      Transformer's; with one seed a gap below 0.07 bit means nothing, attention without convolutions is
      slow to learn at this size, and recall is what was learned in 300 steps, not what a model can hold."
    `);
  });

  it('knows the best', () => {
    expect(bestOf(results)?.name).toBe('language-pure');
    expect(bestOf(results.slice(3))).toBeUndefined();
  });

  it('has a picture of three panels', () => {
    const svg = picture(results);
    for (const word of ['Writing', 'Recall', 'Memory', 'hybrid', '32k']) expect(svg).toContain(`>${word}<`);
    expect(svg.match(/<polyline/g)).toHaveLength(9);
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});

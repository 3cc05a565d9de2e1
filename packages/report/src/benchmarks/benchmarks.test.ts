// Results of benchmarks on disk, set side by side: what is compared, what is told apart from chance, and what is refused.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark, Suite } from '@twilljs/eval';
import { rng } from '@twilljs/tensor';
import { known } from 'twilljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markdown } from '../markdown.ts';
import { sideBySide, writeReport } from '../node.ts';
import { page } from '../page.ts';
import { terminalText } from '../terminal/report.ts';
import { type ComparedModel, comparedFigures } from './compared.ts';
import { readResults } from './read.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-benchmarks-')));
beforeAll(() => process.chdir(work));
afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

interface Made {
  /** Right answers of `birds`. */
  readonly hits: readonly number[];
  readonly date?: string;
  readonly shots?: number;
  readonly salt?: string;
}

/** As `twill eval --tasks` leaves them: shares of right answers on birds, and a perplexity over words of songs. */
function made(directory: string, { hits, date = '2026-11-30T12-00-00.000000', shots = 0, salt = '' }: Made): void {
  mkdirSync(directory, { recursive: true });
  const acc = hits.reduce((sum, hit) => sum + hit, 0) / hits.length;
  const songs = hits.map((hit, i) => [-3 * (i + 1) - hit, i + 1] as const);
  const perplexity = Math.exp(-songs.reduce((s, [ll]) => s + ll, 0) / songs.reduce((s, [, words]) => s + words, 0));
  const n = { original: 2 * hits.length, effective: hits.length };
  const json = {
    results: {
      birds: { alias: 'birds', 'acc,none': acc, 'acc_stderr,none': 0.1 },
      songs: { 'word_perplexity,none': perplexity, 'word_perplexity_stderr,none': 'N/A' },
      nature: { 'acc,none': acc, 'acc_stderr,none': 0.1 },
    },
    groups: { nature: { 'acc,none': acc, 'acc_stderr,none': 0.1 } },
    versions: { birds: 2, songs: 1 },
    'n-shot': { birds: shots, songs: 0 },
    higher_is_better: { birds: { acc: true }, songs: { word_perplexity: false } },
    'n-samples': { birds: n, songs: { ...n, original: hits.length } },
  };
  writeFileSync(join(directory, `results_${date}.json`), JSON.stringify(json));
  const lines = (metric: string, values: readonly unknown[]) =>
    values
      .map((value, i) => JSON.stringify({ doc_id: i, filter: 'none', doc_hash: `${salt}${i}`, [metric]: value }))
      .join('\n');
  writeFileSync(join(directory, `samples_birds_${date}.jsonl`), lines('acc', hits));
  writeFileSync(join(directory, `samples_songs_${date}.jsonl`), lines('word_perplexity', songs));
}

const random = rng(5).uniform(200);
/** Right in this share of 200 documents; whoever is right in more is right in the same ones too. */
const right = (share: number) => [...random].map((x) => Number(x < share));

const published = [{ source: 'Ornithology 1', metric: 'acc', figures: { Wren: 0.61, Tern: 0.59 } }];
const suite = {
  ...{ name: 'nature', title: 'Nature', aggregate: null },
  members: [{ name: 'birds', version: 2, published } as unknown as Benchmark],
} satisfies Suite;
const options = { known, suites: [suite] };

describe('models side by side', () => {
  it('have figures with intervals, and the best stands out where it is separate', async () => {
    made('a', { hits: right(0.5) });
    made('b/evals', { hits: right(0.7) });
    const drawn = await sideBySide(['a', 'b'], options);
    const text = markdown(drawn);
    const [a, b] = [right(0.5), right(0.7)].map((hits) => hits.reduce((sum, hit) => sum + hit, 0) / 200);
    expect(text).toMatch(
      new RegExp(
        `\\| birds \\| acc ↑ \\| 200 of 400 \\| 0 \\| ${a.toFixed(3)} \\[0\\.\\d+, 0\\.\\d+\\] \\| \\*\\*${b.toFixed(3)} \\[`,
      ),
    );
    expect(text).toMatch(/\| songs \| word_perplexity ↓ \| 200 \| 0 \| \*\*20\.\d+ \[.*\]\*\* \| 20\.\d+ \[/);
    expect(text).toMatch(/\| birds \| acc ↑ \| \*\*\+0\.\d+ \[\+0\.\d+, \+0\.\d+\]\*\* \|/);
    expect(text).toContain('| nature | acc | ');
    expect(text).toContain('There is one seed of each model');
    expect(text).toContain('Of birds a part was evaluated.');
    expect(text).toContain('## Beside Ornithology 1\n\nOurs are of a part of the documents');
    expect(text).toContain('| Wren | 0.610 |');
    const terminal = terminalText(drawn, 100);
    expect(terminal).toMatch(/birds .* \*0\.\d+ \[/);
    expect(terminal).not.toContain('Wren');
    const html = await page(drawn);
    expect(html).toContain('<td><strong>0.');
    expect(html).not.toMatch(/NaN|undefined/);
  });

  it('that are not separate have no figure that stands out', async () => {
    const other = right(0.5).map((hit, i) => (i % 20 === 0 ? 1 - hit : hit));
    made('c', { hits: other });
    const text = markdown(await sideBySide(['a', 'c'], options));
    expect(text).not.toMatch(/\*\*0\./);
    expect(text).not.toMatch(/\| birds \| acc ↑ \| \*\*/);
  });

  it('that were asked other things are not compared', async () => {
    made('d', { hits: right(0.9), salt: 'other' });
    made('e', { hits: right(0.9), shots: 5 });
    for (const other of ['d', 'e']) {
      const text = markdown(await sideBySide(['a', other], options));
      expect(text).toMatch(/Of birds.* the models were asked different documents/);
      expect(text).not.toMatch(/\| birds .*\*\*/);
    }
  });

  it('of every task the newest is taken, and one that has no samples has no interval', async () => {
    made('f', { hits: right(0.5) });
    made('f', { hits: right(0.7), date: '2026-12-01T00-00-00.000000' });
    rmSync('f/samples_birds_2026-12-01T00-00-00.000000.jsonl');
    const text = markdown(await sideBySide(['f'], options));
    const share = right(0.7).reduce((sum, hit) => sum + hit, 0) / 200;
    expect(text).toContain(`| birds | acc ↑ | 200 of 400 | 0 | ${share.toFixed(3)} |`);
    expect((await writeReport(['f'], options)).page).toBe('f/report.html');
    expect(readFileSync('f/report.html', 'utf8')).toContain('<svg role="img"');
  });
});

it('seeds of one model are clusters: their mean, and an interval that is wider', async () => {
  const shares = [0.4, 0.5, 0.6];
  shares.forEach((share, i) => {
    made(`seeds/${i}`, { hits: right(share) });
  });
  const found = await readResults(['seeds/0', 'seeds/1', 'seeds/2']);
  const models: ComparedModel[] = [
    { name: 'all', runs: found },
    { name: 'one', runs: [found[1]] },
  ];
  const [{ cells, differences }] = comparedFigures(models);
  expect(cells[0]?.value).toBeCloseTo(found.reduce((sum, one) => sum + one.tasks[0].metrics[0].value, 0) / 3, 12);
  const width = (i: number) => (cells[i]?.interval?.[1] ?? 0) - (cells[i]?.interval?.[0] ?? 0);
  expect(width(0)).toBeGreaterThan(1.2 * width(1));
  expect(differences[0].difference.isSeparate).toBe(false);
});

describe('what is broken', () => {
  const date = '2026-11-30T12-00-00.000000';
  it.each([
    ['no JSON', 'results', () => '{"results": ', /results_.*\.json/],
    ['no results', 'results', () => '{"a": 1}', /it has no object results, as results of an evaluation have/],
    ['no figures', 'results', (text: string) => text.replace(/"birds":\{/, '"birds":null,"x":{'), /no object birds/],
    ['no counts', 'results', (text: string) => text.replace('"effective"', '"x"'), /n-samples of birds has no numbers/],
    ['a line', 'samples', (text: string) => `${text}\n{"doc_id":`, /samples_birds_.*\.jsonl, line 201: it is no JSON/],
    [
      'a document less',
      'samples',
      (text: string) => text.slice(text.indexOf('\n') + 1),
      /it has 199 documents where results say 200/,
    ],
    [
      'a document twice',
      'samples',
      (text: string) => `${text}\n${text.split('\n')[3]}`,
      /line 201: document 3 is there twice/,
    ],
    [
      'no number',
      'samples',
      (text: string) => text.replace('"doc_id":0', '"doc_id":"0"'),
      /line 1: it has no number doc_id/,
    ],
  ])('%s is refused by its file', async (name, which, change, message) => {
    made(name, { hits: right(0.5) });
    const path = join(name, which === 'results' ? `results_${date}.json` : `samples_birds_${date}.jsonl`);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    await expect(sideBySide([name], options)).rejects.toThrow(message);
  });

  it('samples that do not give the figure are said so', async () => {
    made('lies', { hits: right(0.5) });
    const path = `lies/results_${date}.json`;
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"acc,none":[\d.]+/, '"acc,none":0.99'));
    const text = markdown(await sideBySide(['lies'], options));
    expect(text).toContain(`lies: acc of birds is not what lies/samples_birds_${date}.jsonl gives.`);
    expect(text).toContain('| 0.990 |');
  });

  it('figures that are no numbers are said so', async () => {
    made('blank', { hits: right(0.5) });
    const path = `blank/results_${date}.json`;
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"acc,none":[\d.]+/, '"acc,none":null,"odd,none":0.5'));
    expect(markdown(await sideBySide(['blank'], options))).toContain(`blank: acc of birds is no number in ${path}.`);
  });

  it('runs without results beside models that are no runs, and nothing at all', async () => {
    mkdirSync('nothing');
    await expect(sideBySide(['nothing'], options)).rejects.toThrow('nothing: has no run.json');
    mkdirSync('run');
    writeFileSync('run/run.json', '{}');
    await expect(sideBySide(['run', 'a'], options)).rejects.toThrow(
      'run: it has no results of benchmarks but a has nothing else; evaluate it by twill eval run --tasks.',
    );
    await expect(sideBySide(['a', './a'], options)).rejects.toThrow('is given twice');
  });
});

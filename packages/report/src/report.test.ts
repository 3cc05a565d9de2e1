// Reports: what they say follows from the numbers, the page stands alone, and what is no result is refused.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cellPlaces, type SweepResults } from '@twilljs/sweep';
import { FileError } from '@twilljs/tensor';
import { known, study as reading } from 'twilljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from './node.ts';
import { plausible, syntheticResults } from './synthetic.test-data.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-report-')));
const study = syntheticResults('small', plausible);

beforeAll(() => {
  process.chdir(work);
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

function put(directory: string, results: unknown): string {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'results.json'), typeof results === 'string' ? results : JSON.stringify(results));
  return directory;
}

async function reported(...directories: string[]): Promise<{ text: string; page: string }> {
  await writeReport(directories, reading);
  const read = (name: string) => readFileSync(join(directories[0], name), 'utf8');
  return { text: read('report.md'), page: read('report.html') };
}

type Grid = SweepResults['spec']['grids'][number];

/** The results of a part of the study: of grids changed so that they have fewer cells. */
function partly(change: (grid: Grid) => Partial<Grid> | null): SweepResults {
  const grids = study.spec.grids.flatMap((grid) => {
    const changes = change(grid);
    return changes ? [{ ...grid, ...changes }] : [];
  });
  const spec = { ...study.spec, grids };
  const names = new Set(cellPlaces(spec, known).map(({ name }) => name));
  return { ...study, spec, cells: study.cells.filter(({ name }) => names.has(name)) };
}

/** The results of the study with some cells changed. */
function changed(change: (cell: SweepResults['cells'][number]) => object): SweepResults {
  return { ...study, cells: study.cells.map((cell) => ({ ...cell, ...change(cell) })) };
}

describe('the words', () => {
  it('say what the numbers say', async () => {
    const { text } = await reported(put('study', study));
    expect(text).toContain('raises recall for HGRN (0.130 to 1.000) and HGRN2 (0.200 to 1.000), in every seed.');
    expect(text).toContain('DeltaNet (0.977) recalls without it.');
    expect(text).toContain('RetNet and GLA did not learn the task, alone or woven (at most 0.114).');
    expect(text).toContain('Seeds disagree for HGRN2 pure (0.081 to 0.400) and Gated DeltaNet pure (0.110 to 0.987)');
    expect(text).toContain('moves by 0.006 bit, over the mixers by 0.311 bit: here the choice of mixer matters more');
    expect(text).toContain('learned in 300 steps, not what a state can hold');
    expect(text).toContain('Parameter counts differ by up to 35 %.');
    expect(text).toContain('chance is 0.031');
    expect(text).toContain('0.676 [0.110, 0.987] | 0.930 / 0.987 / 0.110');
    expect(text).toContain('twill sweep --preset small --out again');
    expect(text).not.toMatch(/^## .*\n\n## /m);
  });

  it('tell the means of the paper from ours, and show as many digits on an axis as its steps need', async () => {
    const two = partly(() => ({ mixers: ['hgrn', 'retnet'] }));
    const { text, page } = await reported(put('two', two));
    expect(text).toContain('| Mean of 6 there, 2 here | 0.472 |');
    expect(page).toContain('>mean of 6</text>');
    expect(page).toContain('>0.475</text>');
  });

  it('do not compare with a model that was not run, and keep all lines inside of their plot', async () => {
    const woven = partly(({ ratios }) => ({ mixers: ['hgrn2'], ratios: ratios.filter((ratio) => ratio !== 'pure') }));
    const { text, page } = await reported(put('woven', woven));
    expect(text).toMatch(/\| HGRN2 \| 0\.203 .* \| \+0\.192 \| – \|/);
    // Without room for it the paper's mean of six would lie below the axis of HGRN2 alone.
    expect(page).toContain('>0.470</text>');
    expect(page.match(/>[^<>]*\d\.\d{4,}<\/text>/g)).toBeNull();
  });

  it('say the opposite of opposite numbers', async () => {
    const flat = changed(({ task, ratio }) =>
      task === 'recall'
        ? { recall: { 4: 0.9, 8: 0.9, 16: ratio === 'pure' ? 0.9 : 0.3 } }
        : { bitsPerByte: ratio === 'pure' ? 2 : 3 },
    );
    const { text } = await reported(put('flat', flat));
    expect(text).toContain('Recall is lower with it for HGRN (0.900 to 0.300)');
    expect(text).toContain('here the ratio matters more than the choice of mixer');
    expect(text).not.toContain('raises recall');
    expect(text).not.toContain('Seeds disagree');
  });

  it('name the models whose training went wrong', async () => {
    const { text } = await reported(put('study', study));
    expect(text).not.toContain('ended above its beginning');
    const rising = changed(({ name, losses }) =>
      name === 'recall-hgrn-pure-s2' || name.startsWith('recall-attention') ? { losses: [...losses].reverse() } : {},
    );
    const wrong = rising.cells.map(({ losses, ...cell }) => ({
      ...cell,
      losses: losses.map(([, y], i) => [i + 1, y]),
    }));
    expect((await reported(put('rising', { ...study, cells: wrong }))).text).toContain(
      'The training loss of HGRN pure and Transformer ended above its beginning: lower the learning rate.',
    );
  });

  it('name the cells that failed and leave them out', async () => {
    const { recall: _, ...hgrn } = study.cells.find(
      ({ name }) => name === 'recall-hgrn-pure-s2',
    ) as (typeof study)['cells'][0];
    const cells = study.cells.map((cell) => (cell.name === hgrn.name ? { ...hgrn, failed: 'loss is <NaN>' } : cell));
    const { text, page } = await reported(put('failed', { ...study, cells }));
    expect(text).toContain('| recall-hgrn-pure-s2 | loss is &lt;NaN> |');
    expect(text).toContain('0.130 [0.125, 0.135] | 0.125 / 0.135');
    expect(text).toContain('1 of which failed');
    expect(page).toContain('loss is &lt;NaN&gt;');
    expect(page).not.toContain('<NaN');
  });

  it('do with a Transformer alone, and with nothing but failures', async () => {
    const alone = partly(() => ({ mixers: ['attention'] }));
    expect((await reported(put('alone', alone))).text).toContain('The Transformer is at 0.998');
    const nothing = changed(() => ({ failed: 'out of memory', recall: undefined, bitsPerByte: undefined, losses: [] }));
    expect((await reported(put('nothing', nothing))).text).toContain('58 of which failed');
  });
});

describe('the page', () => {
  it('is the same bytes from the same results, small, and fetches nothing', async () => {
    const { page } = await reported(put('study', study));
    expect((await reported('study')).page).toBe(page);
    expect(Buffer.byteLength(page)).toBeLessThan(1e6);
    expect(page).not.toMatch(/https?:|src=|href=|url\(|@import|<script|<link/);
    expect(page).toContain('prefers-color-scheme:dark');
  });

  it('has a name and a description for every picture, and heads in every table', async () => {
    const { page } = await reported(put('study', study));
    const pictures = [...page.matchAll(/<svg [^>]*>.*?<\/svg>/gs)].map(([svg]) => svg);
    expect(pictures.length).toBeGreaterThanOrEqual(4 + 5 + 4 + 12 - 1);
    for (const svg of pictures) {
      expect(svg).toMatch(
        /^<svg role="img" aria-labelledby="(\S+)-t \1-d"[^>]*><title id="\1-t">[^<]+<\/title><desc id="\1-d">[^<]+/,
      );
      expect(svg).not.toMatch(/NaN|undefined|#[0-9a-f]{3,6}"/);
    }
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [table] of page.matchAll(/<table.*?<\/table>/gs)) {
      expect(table).toContain('<th scope="col">');
      expect(table).toContain('<th scope="row">');
    }
    const variables = new Set([...page.matchAll(/var\((--\w+)\)/g)].map(([, name]) => name));
    for (const name of variables) expect(page).toContain(`${name}:`);
  });
});

describe('several directories', () => {
  it('are one sweep when they have the same grid', async () => {
    put(
      'one',
      partly(() => ({ seeds: [1] })),
    );
    put(
      'rest',
      partly(({ task }) => (task === 'recall' ? { seeds: [2, 3] } : null)),
    );
    const merged = await reported('one', 'rest');
    expect(merged.text).toContain('0.200 [0.081, 0.400]');
    expect(existsSync('rest/report.md')).toBe(false);
  });

  it('are kept apart when their training differs', async () => {
    const grids = study.spec.grids.map((grid) => ({ ...grid, training: { ...grid.training, steps: 900 } }));
    put('longer', { ...study, spec: { ...study.spec, grids } });
    const { text } = await reported(put('study', study), 'longer');
    expect(text).toContain('## Recall: recall, study');
    expect(text).toContain('## Recall: recall, longer');
  });

  it('are kept apart when they read other text', async () => {
    const onText = (directory: string, digit: string, seed: number) => {
      const one = partly(({ task }) => (task === 'language' ? { seeds: [1] } : null));
      const cells = one.cells.map((cell) => {
        const name = cell.name.replace(/s1$/, `s${seed}`);
        return { ...cell, name, directory: `cells/${name}`, seed };
      });
      const spec = { ...one.spec, grids: one.spec.grids.map((grid) => ({ ...grid, seeds: [seed] })) };
      put(directory, { ...one, spec, cells });
      const corpus = { documents: 1, sha256: digit.repeat(64) };
      writeFileSync(join(directory, 'sweep.json'), JSON.stringify({ version: 1, spec, corpus }));
      return directory;
    };
    const apart = await reported(onText('whales', 'a', 0), onText('ants', 'b', 1));
    expect(apart.text).toContain('## Language modelling: language, whales');
    expect(apart.text).toContain('## Language modelling: language, ants');
    const together = await reported(onText('whales', 'a', 0), onText('ants', 'a', 1));
    expect(together.text).toContain('; seeds 0 and 1.');
  });
});

describe('what is refused', () => {
  const cases: [string, unknown, RegExp][] = [
    ['not JSON', '{"version": 1,', /results\.json/],
    ['another version', { ...study, version: 9 }, /version is 9 but this program reads 1/],
    ['no cells', { ...study, cells: [] }, /cells is \[\] where a list/],
    ['a strange spec', { ...study, spec: { grids: [] } }, /spec: grids is \[\]/],
    ['an accuracy of 7', changed(() => ({ recall: { 16: 7 } })), /cells\[0\]\.recall is \{"16":7\}/],
    [
      'no result',
      changed(() => ({ recall: undefined, bitsPerByte: undefined })),
      /cells\[0\] has neither recall nor failed/,
    ],
    ['no bytes of state', changed(() => ({ stateBytes: { 1024: 1 } })), /stateBytes/],
    ['a cell of no grid', changed(({ name }) => ({ name: `x${name}` })), /belongs to none of its grids/],
    ['a cell too few', { ...study, cells: study.cells.slice(1) }, /has no cell recall-hgrn-pure-s1, which/],
    ['a cell twice', { ...study, cells: [...study.cells, study.cells[0]] }, /or is there twice/],
    [
      'a cell of another mixer',
      changed(() => ({ mixer: 'gla' })),
      /mixer of cell recall-hgrn-pure-s1 is "gla" where "hgrn" is needed/,
    ],
    [
      'a directory elsewhere',
      changed(() => ({ directory: '../x' })),
      /directory of cell recall-hgrn-pure-s1 is "..\/x" where/,
    ],
  ];
  it.each(cases)('%s', async (_, results, message) => {
    const refused = await writeReport([put('bad', results)], reading).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(FileError);
    expect((refused as FileError).message).toMatch(message);
    expect((refused as FileError).message).not.toContain('\n');
    expect(existsSync('bad/report.md')).toBe(false);
    expect(existsSync('bad/report.html')).toBe(false);
  });

  it('runs and sweeps in one call', async () => {
    mkdirSync('a-run', { recursive: true });
    writeFileSync('a-run/run.json', '{}');
    const refused = await writeReport([put('study', study), 'a-run'], reading).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(FileError);
    expect((refused as FileError).message).toMatch(/a-run holds a run and study does not; report runs or sweeps/);
  });

  it('directories that are none, given twice or at odds', async () => {
    const refused = async (...directories: string[]) => {
      const error = await writeReport(directories, reading).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(FileError);
      return (error as FileError).message;
    };
    put('study', study);
    put(
      'other',
      changed(({ task }) => (task === 'recall' ? { recall: { 4: 0.5, 8: 0.5, 16: 0.5 } } : {})),
    );
    expect(await refused('nowhere')).toMatch(/nowhere.*does not exist; check the path/);
    expect(await refused('.')).toMatch(/holds no results\.json; name a directory that twill sweep has made/);
    expect(await refused('study', './study')).toMatch(/given twice/);
    expect(await refused('study', 'other')).toMatch(/recall-hgrn-pure-s1 has another result than the same cell/);
  });
});

it('names a preset, what was added to its seeds, and the text that is read where none is named', async () => {
  const { spec, cells } = study;
  const moved = JSON.parse(
    JSON.stringify({ version: 1, spec, cells }, (key, value) => {
      if (key === 'seeds') return value.map((seed: number) => seed + 7);
      if (key === 'seed') return value + 7;
      return typeof value === 'string' ? value.replace(/-s(\d)$/, (_, seed) => `-s${Number(seed) + 7}`) : value;
    }),
  );
  mkdirSync('preset/cells/language-hgrn-pure-s8', { recursive: true });
  writeFileSync('preset/results.json', JSON.stringify(moved));
  const corpus = { documents: 136, sha256: 'c'.repeat(64) };
  const origin = { title: 'Moby-Dick (a package 1.0)', bytes: 1234, directory: '/home/a', patterns: null };
  writeFileSync('preset/sweep.json', JSON.stringify({ version: 1, spec: moved.spec, corpus, origin }));
  const run = { device: 'wasm', tier: 'relaxed', node: '20.0.0' };
  writeFileSync('preset/cells/language-hgrn-pure-s8/run.json', JSON.stringify(run));
  const { text } = await reported('preset');
  const [, printed] = /^twill sweep (.*)$/m.exec(text) ?? [];
  expect(printed).toBe('--preset small --seed 7 --device wasm --out again');
  expect(text).toContain('The text is Moby-Dick (a package 1.0): 136 files, 1,234 bytes; its SHA-256 is ccc');
  expect(text).toContain('Seeds 8, 9 and 10. Trained on wasm (relaxed) under Node 20.0.0');
});

it('names how a text was read, and the tokenizer that is kept with the sweep', async () => {
  mkdirSync('ids', { recursive: true });
  writeFileSync('ids/results.json', JSON.stringify(study));
  const corpus = { documents: 9, rows: true, sha256: 'd'.repeat(64), tokenizer: 'e'.repeat(64), column: 'body' };
  const origin = { title: 'books', bytes: 99, directory: '/home/a', patterns: ['0.7:org/books', '0.3:b.csv'] };
  writeFileSync('ids/sweep.json', JSON.stringify({ version: 1, spec: study.spec, corpus, origin }));
  const { text } = await reported('ids');
  const [, printed] = /^twill sweep (.*)$/m.exec(text) ?? [];
  expect(printed).toMatch(/ --data 0\.7:org\/books 0\.3:\S+b\.csv --tokenizer \. --column body --out again$/);
  expect(text).toContain('books: 9 documents, 99 bytes, in the ids of the tokenizer.json beside sweep.json; its');
});

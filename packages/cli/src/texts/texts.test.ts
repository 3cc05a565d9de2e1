// Text on the command line in every form: the same runs, what is recorded of it, and what is refused.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hubHome } from '../../../hub/src/remote/hub-home.test-data.ts';
import { capture } from '../capture.ts';
import { readingView } from './view.ts';

const at = hubHome();
const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-texts-')));
const golden = fileURLToPath(new URL('../../../../golden/data/', import.meta.url));
const jsonl = readFileSync(`${golden}documents.jsonl`);
const texts: string[] = jsonl
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line).text);
const table = (name: string) => parquetWriteBuffer({ columnData: [{ name, data: texts, type: 'STRING' }] });

beforeAll(() => {
  process.chdir(work);
  mkdirSync('mixed');
  for (const [i, text] of texts.slice(0, 20).entries()) writeFileSync(`mixed/${10 + i}.txt`, text);
  writeFileSync(
    'mixed/30.jsonl.gz',
    gzipSync(
      texts
        .slice(20)
        .map((text) => JSON.stringify({ text }))
        .join('\n'),
    ),
  );
  writeFileSync('mixed/photo.png', 'no text');
  writeFileSync('rows.parquet', new Uint8Array(table('text')));
  writeFileSync('other.parquet', new Uint8Array(table('body')));
  writeFileSync('bad.jsonl', `${jsonl}{"text":`);
  cpSync(`${golden}documents.jsonl.zst`, 'documents.jsonl.zst');
});
beforeEach(() => {
  vi.stubEnv('TWILL_CACHE', join(work, 'cache'));
});
afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

const small = '--mixer hgrn --layers 1 --hidden-size 16 --length 16 --batch 2 --steps 3';

/** Runs a command that must end with 0. */
async function twill(line: string) {
  const { code, out, err } = await capture(line.split(' '));
  expect(code, err).toBe(0);
  return { out, err };
}
const refused = async (line: string) => {
  const { code, err } = await capture(line.split(' '));
  expect(code, err).toBe(2);
  return err;
};
const recordOf = (run: string) => JSON.parse(readFileSync(join('runs', run, 'run.json'), 'utf8')).data;
const weightsOf = (run: string) => readFileSync(join('runs', run, 'model.safetensors')).toString('base64');

describe('the same documents', () => {
  it('are the same run in every form, recorded alike', async () => {
    const forms = {
      mixed: 'mixed',
      zst: 'documents.jsonl.zst',
      parquet: 'rows.parquet',
      body: 'other.parquet --column body',
    };
    for (const [name, data] of Object.entries(forms)) {
      const { err } = await twill(`train --data ${data} ${small} --out runs/${name}`);
      expect(err).toMatch(/tokenising {2}[\d.,]+ \w+, 14,0\d\d tokens in .*\n/);
      expect(err).toMatch(
        /training {4}12,\d+ bytes, 36 documents: .* and 32 more\nheld out {4}1,\d+ bytes, 4 documents: /,
      );
      expect(weightsOf(name)).toBe(weightsOf('mixed'));
      expect({ ...recordOf(name), column: undefined }).toEqual({ ...recordOf('mixed'), column: undefined });
    }
    expect(recordOf('body').column).toBe('body');
    expect((await twill(`train --data mixed ${small} --out runs/again`)).err).not.toMatch(/tokenising/);
    expect((await twill(`train --data mixed ${small} --out runs/png`)).err).toMatch(
      'left out    mixed/photo.png is of no known kind',
    );
  });

  it('are read again as the run has read them', async () => {
    expect((await twill('train --resume --out runs/body --steps 4')).err).toMatch('held out');
    expect(await refused('train --resume --out runs/body --steps 5 --column text')).toMatch(
      /--column is text but body in runs\/body\/run.json; leave it out, or choose another --out/,
    );
    const own = await twill('eval runs/body');
    expect(own.err).toMatch('its text that was held out from training, 1,');
    expect((await twill('eval runs/body --data rows.parquet --column text')).err).toMatch(
      /its text that was held out from training/, // the same documents are the same text
    );
    expect((await twill('eval runs/mixed --data other.parquet --column body --length 8')).out).toMatch('bits per byte');
  });
});

describe('rows and documents', () => {
  it('are packed in order, and mixed by weight, which a run goes on with and another is refused', async () => {
    await twill(`train --data 3:mixed 1:rows.parquet ${small} --order documents --out runs/mix`);
    const { order, mixture } = recordOf('mix');
    expect([order, mixture.map(({ weight }: { weight: number }) => weight)]).toEqual(['documents', [0.75, 0.25]]);
    expect((await twill('train --resume --out runs/mix --steps 4')).err).toMatch(
      /mixture {5}75 % from 36 documents: mixed\/10.txt, .*\nmixture {5}25 % from \d+ documents: rows.parquet:1, /,
    );
    expect(await refused('train --resume --out runs/mix --steps 5 --data 1:mixed 1:rows.parquet')).toMatch(/mixture/);
    expect(await refused('train --resume --out runs/mix --steps 5 --order windows')).toMatch(
      '--order is windows but documents',
    );
    expect((await twill('eval runs/mix')).err).toMatch('its text that was held out from training, 2,');
  });

  it('that are bad are refused with their place, or skipped and counted', async () => {
    expect(await refused(`train --data bad.jsonl ${small} --out runs/bad`)).toMatch(
      /^train: data: bad\.jsonl, line 41: it is no JSON \(.*\); correct it, or skip such lines \(--on-bad-line skip\)\.$/m,
    );
    const skipped = await twill(`train --data bad.jsonl --on-bad-line skip ${small} --out runs/bad`);
    expect(skipped.err).toMatch('left out    1 bad line of bad.jsonl (line 41: it is no JSON');
    expect(weightsOf('bad')).toBe(weightsOf('mixed'));
    expect(recordOf('bad').onBadLine).toBe('skip');
    expect(await refused('train --data other.parquet --out runs/none')).toMatch(
      'other.parquet has no column text; its columns are body; choose one (--column).',
    );
  });

  it('that are read when Ctrl-C comes leave nothing', async () => {
    vi.stubEnv('TWILL_CACHE', join(work, 'stopped'));
    const argv = `train --data rows.parquet documents.jsonl.zst ${small} --out runs/stopped`.split(' ');
    const { code, err } = await capture(argv, AbortSignal.abort());
    expect(code, err).toBe(130);
    expect(readdirSync('stopped/shards')).toEqual([]);
  });

  it.each([
    ['--data mixed --format xml', '--format is "xml" where "text"'],
    ['--data mixed --bos <s>', 'bos is "<s>"; bytes have no such token'],
    ['--task mqar --column body', '--column body is about text but --task mqar makes its own rows'],
    ['--data 0.5:mixed rows.parquet', 'rows.parquet has no weight but mixed has 0.5'],
    ['--data missing', 'missing does not exist; check the path'],
  ])('train %s is refused', async (flags, message) => {
    expect(await refused(`train ${flags} --out runs/refused`)).toContain(message);
    expect(readdirSync('runs')).not.toContain('refused');
  });
});

describe('a data set of the Hub', () => {
  it('is fetched, read by its split, and read again by its name', async () => {
    const files = {
      'README.md': '# data',
      'data/train-00000-of-00001.parquet': new Uint8Array(table('text')),
      'data/test-00000-of-00001.parquet': new Uint8Array(table('body')),
    };
    at.hub.commit('org/texts', files, 'dataset');
    const { err } = await twill(`train --data org/texts ${small} --out runs/hub`);
    expect(err).toMatch('36 documents: ');
    expect(weightsOf('hub')).toBe(weightsOf('mixed'));
    expect(JSON.parse(readFileSync('runs/hub/run.json', 'utf8')).origin.text).toEqual(['org/texts']);
    expect((await twill('eval runs/hub')).err).toMatch('its text that was held out from training');
    expect((await twill('eval runs/hub --data org/texts:test --column body')).out).toMatch('bits per byte');
    expect(await refused('eval runs/hub --data org/texts:validation')).toMatch(
      'org/texts has no files of a split validation',
    );
    expect(await refused(`train --data org/none ${small} --out runs/none`)).toMatch(
      'data: org/none is no path, and on the Hub: org/none: ',
    );
  });
});

it('says on a terminal how far it has come, in a line that is drawn over', () => {
  const said: string[] = [];
  const told = { doing: 'tokenising', of: 4e9, tokens: 9e8, seconds: 10, isLast: false } as const;
  const live = readingView({ live: true, draw: (text) => said.push(text), err: () => {} });
  live({ ...told, read: 1e9 });
  live({ ...told, read: 4e9, isLast: true });
  expect(said[0]).toMatch(/^\rtokenising {2}.* of .*, 900,000,000 tokens, 90,000,000 tokens\/s, 30 s left/);
  expect(said.map((text) => text.endsWith('\n'))).toEqual([false, true]);
  const lines: string[] = [];
  const plain = readingView({ live: false, draw: () => {}, err: (text) => lines.push(text) });
  for (let i = 0; i <= 100; i++) plain({ ...told, read: i * 4e7, seconds: 0.1 * i, isLast: i === 100 });
  expect(lines).toHaveLength(11);
});

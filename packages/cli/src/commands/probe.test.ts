// Probes: one that goes to its end and is drawn beside others, and calls that are refused before anything is trained.
import {
  existsSync,
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
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenReadSource } from '../../../../scripts/vitest/children.ts';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-probe-')));

childrenReadSource();

beforeAll(() => {
  process.chdir(work);
  mkdirSync('foreign');
  writeFileSync('foreign/notes.txt', 'mine');
  writeFileSync('broken.mjs', 'export default {');
  writeFileSync('figure.mjs', "export default { name: 'mine', title: 'Mine', draw: () => null };\n");
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

const probe = (line: string) => capture(`probe ${line}`.split(' '));

describe('a probe', () => {
  const asked = '--mixer attention --tasks modular-arithmetic --out one';

  it('trains its tasks and leaves a table, a report and a picture', async () => {
    const { code, out, err } = await probe(asked);
    expect(code, err).toBe(0);
    expect(readdirSync('one/cells')).toEqual(['modular-arithmetic-attention-pure-s0']);
    expect(out).toMatch(/\nSums mod 5 +0\.20 +\*?\d\.\d\d/);
    expect(readFileSync('one/report.md', 'utf8')).toContain('## Profile of Transformer on small tasks');
    expect(readFileSync('one/profile.svg', 'utf8')).toMatch(/^<svg .*>Transformer: state tracking<.*<\/svg>\n$/s);
  });

  it('is done once, and its report is drawn again to the same bytes', async () => {
    const before = readFileSync('one/report.html', 'utf8');
    const { code, out, err } = await probe(`${asked} --json`);
    expect(code, err).toBe(0);
    expect(err).toContain('1 of 1 cells were finished before');
    expect(JSON.parse(out)).toMatchObject({ out: 'one', cells: 1, failed: {}, pictures: ['one/profile.svg'] });
    expect((await capture(['report', 'one'])).code).toBe(0);
    expect(readFileSync('one/report.html', 'utf8')).toBe(before);
  });

  it.each([
    ['', '--mixer is missing: it names what is probed'],
    ['--mixer', 'option "--mixer <name...>" argument missing'],
    ['--mixer glaa', '--mixer: "glaa" is no mixer of this version; choose among hgrn, hgrn2,'],
    ['--mixer gla gla', '--mixer gla is given twice; give it once'],
    ['--mixer ./none.mjs', 'none.mjs: does not exist; check the path'],
    ['--mixer ./broken.mjs', 'broken.mjs: cannot be loaded'],
    ['--mixer ./figure.mjs', 'exports a figure where a mixer is needed'],
    ['--mixer gla --ratio 3;1', '--ratio is "3;1" where 3:1 is needed'],
    ['--mixer gla --ratio 7:1', 'needs 8 layers for its first full one but the model has 2'],
    ['--mixer gla --ratio 1:1 2', '--ratio 2 is given twice; give it once'],
    ['--mixer gla --seeds one', '--seeds is "one" where'],
    ['--mixer gla --seeds -1', '--seeds is "-1" where'],
    ['--mixer gla --seeds 1 2 1', '--seeds 1 is given twice; give it once'],
    ['--mixer gla --tasks mqar-zology', '--tasks: there is no task "mqar-zology" to probe; did you mean mqar-zoology?'],
    ['--mixer gla --tasks word-problem-S5', '--tasks: there is no task "word-problem-S5" to probe'],
    ['--mixer gla --tasks circuits circuits', '--tasks circuits is given twice; give it once'],
    ['--mixer gla --out foreign', 'foreign holds notes.txt but no sweep.json'],
    ['--mixer gla --tasks modular-arithmetic --out one', 'but "gla" was asked for'],
    ['--mixer gla --jobs 0', '--jobs is "0" where'],
    ['--mixer gla --device tpu', '--device <name>" argument "tpu" is invalid'],
    ['--mixer gla --device cpu --threads 4', '--device is cpu'],
    ['--mixer gla --paper --tasks formal-parity', '--paper takes long, and here is nobody to ask; add --yes to begin'],
    ['gla', 'too many arguments for "probe"'],
  ])('%s is refused', async (line, message) => {
    const before = readdirSync('.').concat(readdirSync('one'));
    const { code, out, err } = await capture(['probe', ...line.split(' ').filter((word) => word !== '')]);
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(readdirSync('.').concat(readdirSync('one'))).toEqual(before);
    expect(existsSync('runs')).toBe(false);
  });
});

// Models of the Hub on the command line, from a Hub on this machine.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hubHome } from '../../../hub/src/remote/hub-home.test-data.ts';
import { capture } from '../capture.ts';

const at = hubHome();
const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-hub-command-')));
let files: Record<string, string | Uint8Array>;

beforeAll(async () => {
  process.chdir(work);
  writeFileSync('book.txt', 'Call me Ishmael. '.repeat(60));
  await done('train --data book.txt --length 16 --batch 2 --hidden-size 16 --layers 2 --ratio 1:1 --steps 2 --out run');
  files = {
    'config.json': readFileSync('run/config.json', 'utf8'),
    'model.safetensors': new Uint8Array(readFileSync('run/model.safetensors')),
    'README.md': '# net',
    'optimizer.bin': new Uint8Array(3000),
  };
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

/** Runs a command that must end with 0, and parses what it prints under --json. */
async function done(line: string) {
  const { code, out, err } = await capture([...line.split(' '), '--json']);
  expect(code, err).toBe(0);
  return JSON.parse(out);
}

const refused = async (line: string) => {
  const { code, err } = await capture(line.split(' '));
  expect(code).toBe(2);
  return err.replaceAll(at.hub.endpoint, 'HUB').replaceAll(at.cache, 'CACHE');
};

describe('pull', () => {
  it('prints the directory, and on standard error how far it is and what was left out', async () => {
    const commit = at.hub.commit('org/net', files);
    const { code, out, err } = await capture(['hub', 'pull', 'org/net']);
    expect([code, out]).toEqual([0, `${join(at.folder, 'snapshots', commit)}\n`]);
    expect(err).toMatch(/^org\/net {2}.* of \d+\.\d kB, \d of 3 files/);
    expect(err).toMatch(
      /\nnote: org\/net: left out optimizer\.bin, which Twill does not read; name them to have them\n$/,
    );
    expect(await done('hub pull org/net')).toEqual({ id: 'org/net', directory: out.trim(), commit, notes: [] });
  });

  it('takes a revision, some files, a dataset', async () => {
    const first = at.hub.commit('org/net', files);
    at.hub.commit('org/net', { ...files, 'README.md': '# other' });
    const { directory } = await done(`hub pull org/net --revision ${first} --include *.md *.bin`);
    expect(readdirSync(directory).sort()).toEqual(['README.md', 'optimizer.bin']);
    expect(readFileSync(join(directory, 'README.md'), 'utf8')).toBe('# net');
    at.hub.commit('org/texts', { 'a.txt': 'Call me' }, 'dataset');
    expect((await done('hub pull org/texts --dataset')).directory).toContain('datasets--org--texts');
  });

  it('is refused in words', async () => {
    at.hub.commit('org/net', files);
    expect(await refused('hub pull org/none')).toMatch(
      /^hub pull: org\/none: there is no such model at HUB, or it is private/,
    );
    expect(await refused('hub pull ../net')).toMatch(/^hub pull: hub: "..\/net" is no name of a model on the Hub/);
    expect(await refused('hub pull org/net --offline')).toMatch(
      /^hub pull: org\/net: the network is not used .*CACHE.* go online once, to HUB\.\n$/,
    );
    expect(await refused('hub pull')).toBe('hub pull: missing required argument "id"; see twill hub pull --help.\n');
    expect(await refused('hub pul org/net')).toBe('hub: unknown command "pul"; did you mean pull?\n');
    const bare = await capture(['hub']);
    expect([bare.code, bare.err]).toEqual([2, expect.stringContaining('Usage: twill hub')]);
  });

  it('ends with 130 at Ctrl-C, and goes on the next time', async () => {
    at.hub.commit('org/net', files);
    const stop = new AbortController();
    at.hub.fault = (asked) =>
      asked.at === 'store' ? { slow: 5, first: () => setTimeout(() => stop.abort(), 15) } : undefined;
    const { code, err } = await capture(['hub', 'pull', 'org/net'], stop.signal);
    expect([code, err]).toEqual([
      130,
      expect.stringMatching(/org\/net: stopped; what had arrived is kept, run it again to go on\.\n$/),
    ]);
    at.hub.reset();
    await done('hub pull org/net');
  });
});

describe('a model of the Hub in the place of a directory', () => {
  it('is generated from, measured and trained on', async () => {
    const commit = at.hub.commit('org/net', files);
    const directory = join(at.folder, 'snapshots', commit);
    expect(await done('generate org/net --prompt a --max-tokens 4')).toMatchObject({ dir: directory, tokens: 4 });
    expect(at.hub.fetched).toHaveLength(4);
    expect((await done('eval org/net --data book.txt --length 16')).dir).toBe(directory);
    await done('train --init org/net --data book.txt --length 16 --batch 2 --steps 1 --out further');
    expect(JSON.parse(readFileSync('further/run.json', 'utf8')).init.directory).toBe(directory);
    await done('train --resume --steps 2 --out further');
    expect(at.hub.fetched).toHaveLength(4);
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    const { code, err } = await capture('generate org/net --prompt a --max-tokens 2'.split(' '));
    expect([code, err]).toEqual([0, expect.stringMatching(/^note: org\/net: the network is not used/)]);
  });

  it('is not asked for where a path of that name exists, nor where the name cannot be one', async () => {
    mkdirSync('org/net', { recursive: true });
    expect(await refused('generate org/net --prompt a')).toBe(
      'generate: org/net: has no config.json, it is empty; name a model directory.\n',
    );
    rmSync('org', { recursive: true });
    expect(await refused('generate ./org/net --prompt a')).toBe(
      'generate: ./org/net: does not exist; check the path.\n',
    );
    expect(at.hub.asked).toEqual([]);
    expect(await refused('eval org/none')).toMatch(/^eval: org\/none: there is no such model at HUB/);
  });
});

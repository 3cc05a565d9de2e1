// Downloads that break: resumed, or refused with the reason; the cache never holds a broken file.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DownloadProgress } from './fetch-all.ts';
import { checkCache, hubHome, model, noise, weights, weightsName } from './hub-home.test-data.ts';
import { type Asked, LocalHub } from './local-hub.test-data.ts';
import { resolveRepository } from './resolve.ts';

// Pauses are a five-hundredth of what they are.
vi.mock('node:timers/promises', async (real) => {
  const { setTimeout: wait } = await real<typeof import('node:timers/promises')>();
  return { setTimeout: (ms: number, ...rest: []) => wait(ms / 500, ...rest) };
});

const at = hubHome();
const isStore = (asked: Asked) => asked.at === 'store';
const isNet = ({ path }: Asked) => path.includes('org/net');
const ranges = () => at.hub.asked.filter(isStore).map(({ headers }) => headers.range);
const parts = () => readdirSync(join(at.folder, 'blobs')).filter((name) => name.endsWith('.incomplete'));
const expectWhole = (directory: string) =>
  expect(readFileSync(join(directory, 'model.safetensors')).equals(weights)).toBe(true);

/** Fetches until some bytes of the weights are there, and gives up then. */
async function halfOf(): Promise<number> {
  const stop = new AbortController();
  at.faulty(
    isStore,
    { cut: 40_000, first: () => setTimeout(() => stop.abort(), 30) },
    ...Array(9).fill({ status: 503 }),
  );
  await expect(at.resolveNet({ signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
  at.hub.reset();
  expect(parts()).toEqual([`${weightsName}.incomplete`]);
  return statSync(join(at.folder, 'blobs', parts()[0])).size;
}

describe('within one call', () => {
  it('a connection that breaks is taken up again where it broke', async () => {
    at.hub.commit('org/net', model);
    at.faulty(isStore, { cut: 40_000 }, { cut: 20_000 });
    const { directory, notes } = await at.resolveNet();
    expectWhole(directory);
    expect(notes).toEqual(['model.safetensors: the connection broke 2 times and was taken up again']);
    const [first, second, third] = at.hub.asked.filter(isStore);
    expect(first.headers.range).toBe(undefined);
    expect(second.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(second.headers['if-range']).toMatch(/^"store-/);
    expect(third.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(parts()).toEqual([]);
  });

  it('so is a body that ends too early as if it were whole', async () => {
    at.hub.commit('org/net', model);
    at.faulty(isStore, { end: 40_000 });
    const { directory, notes } = await at.resolveNet();
    expectWhole(directory);
    expect(notes).toEqual(['model.safetensors: the connection broke once and was taken up again']);
    expect(ranges()).toEqual([undefined, 'bytes=40000-']);
  });

  it('a server that knows no ranges sends it again from the beginning', async () => {
    at.hub.commit('org/net', model);
    at.faulty(isStore, { cut: 40_000 }, { whole: true });
    expectWhole((await at.resolveNet()).directory);
  });

  it('a file that changes between two halves is begun anew', async () => {
    at.hub.commit('org/net', model);
    at.faulty(isStore, { bytes: noise(100_000, 7), cut: 40_000 });
    const { directory } = await at.resolveNet();
    expectWhole(directory);
    expect(ranges()).toEqual([undefined, expect.stringMatching(/^bytes=/)]); // answered with the whole, by If-Range
  });

  it('one whose second half is of another file is fetched once more', async () => {
    at.hub.commit('org/net', model);
    const after = new Uint8Array([...weights.subarray(0, 40_000), ...noise(60_000, 9)]);
    at.hub.fault = (() => {
      const faults = [{ cut: 40_000 }, { bytes: after, headers: {} }];
      return (asked: Asked) => (isStore(asked) ? faults.shift() : undefined);
    })();
    const { directory, notes } = await at.resolveNet();
    expectWhole(directory);
    expect(notes.join()).toMatch(/was of another file; it was fetched anew/);
  });

  it.each([
    [
      'of another file',
      { bytes: noise(100_000, 5) },
      /org\/net: model.safetensors arrives with the SHA-256 [0-9a-f]{64} but [0-9a-f]{64} was announced; it was thrown away\./,
    ],
    [
      'that are too many',
      { bytes: noise(100_001) },
      /model.safetensors: more than the announced 100000 bytes are sent; try again later/,
    ],
    [
      'that are too few',
      { bytes: noise(90_000) },
      /model.safetensors: (it ends after 90000 of 100000 bytes|another part is sent than was asked for); try again later/,
    ],
  ])('bytes %s are refused and thrown away', async (_, fault, message) => {
    at.hub.commit('org/net', model);
    at.hub.fault = (asked) => (isStore(asked) ? fault : undefined);
    expect(await at.refused(at.resolveNet())).toMatch(message);
    expect(at.blobs.filter((name) => name === weightsName)).toEqual([]);
    expect(existsSync(join(at.folder, 'refs/main'))).toBe(false);
    at.hub.reset();
    expectWhole((await at.resolveNet()).directory);
  });

  it('small files are checked by what git calls them', async () => {
    at.hub.commit('org/net', model);
    at.hub.fault = ({ path }) =>
      path.endsWith('config.json') ? { bytes: new TextEncoder().encode('{"model_type":"xxx"}') } : undefined;
    expect(await at.refused(at.resolveNet())).toMatch(/config.json arrives with the git hash/);
  });

  it('a slow server is waited for, a silent one is not', async () => {
    at.hub.commit('org/net', model);
    vi.stubEnv('HF_HUB_DOWNLOAD_TIMEOUT', '0.6');
    at.faulty(isStore, { slow: 30 }); // 25 parts
    expect((await at.resolveNet()).notes).toEqual([]);
    vi.stubEnv('HF_HUB_DOWNLOAD_TIMEOUT', '0.2');
    rmSync(at.folder, { recursive: true });
    at.faulty(isStore, { silent: 40_000 });
    const { directory, notes } = await at.resolveNet();
    expectWhole(directory);
    expect(notes.join()).toMatch(/^model.safetensors: the connection broke (once|\d times) and was taken up again$/);
    rmSync(at.folder, { recursive: true });
    at.hub.fault = (asked) => (isStore(asked) ? { silent: 0 } : undefined);
    expect(await at.refused(at.resolveNet())).toMatch(
      /^STORE\/[0-9a-f]{64}: sent nothing for 0.2 seconds; check the network, or try again later\.$/,
    );
  });

  it('what passes is tried again, what does not is said', async () => {
    at.hub.commit('org/net', model);
    at.faulty(() => true, { status: 503 }, { status: 429, headers: { 'retry-after': '1' } });
    expectWhole((await at.resolveNet()).directory);
    rmSync(at.folder, { recursive: true });
    at.hub.fault = (asked) => (isNet(asked) ? { status: 503 } : undefined);
    expect(await at.refused(at.resolveNet())).toBe(
      'org/net: HUB/api/models/org/net/revision/main: gives no answer but (503), and CACHE/models--org--net does not know main; try again later.',
    );
    expect(at.hub.asked.filter(isNet).length).toBeGreaterThan(2);
    at.hub.fault = () => ({ status: 429 });
    expect(await at.refused(at.resolveNet())).toBe(
      'org/net: HUB: is asked too often from here (429), and CACHE/models--org--net does not know main; wait some minutes, or set HF_TOKEN, with which more is granted.',
    );
  });

  it('a server that asks for a long pause is granted it in a download, where that is told, and not before', async () => {
    at.hub.commit('org/net', model);
    const busy = { status: 429, headers: { 'retry-after': '50' } };
    at.faulty(isStore, busy);
    const pauses = new Set<string | null>();
    expectWhole((await at.resolveNet({ onProgress: ({ pause }) => pauses.add(pause) })).directory);
    expect([...pauses].filter((pause) => pause !== null)).toEqual([
      expect.stringMatching(/^http:.*: gives no answer but \(429\); again in 50 s$/),
    ]);
    rmSync(at.folder, { recursive: true });
    at.hub.asked.length = 0;
    at.hub.fault = () => busy;
    expect(await at.refused(at.resolveNet())).toMatch(/ does not know main; wait 50 seconds, or set HF_TOKEN/);
    expect(at.hub.asked).toHaveLength(1);
  });

  it('addresses that lead nowhere are not followed for ever', async () => {
    at.hub.commit('org/net', model);
    const leads = (location: string) => {
      at.hub.fault = (asked) => (isStore(asked) ? { status: 302, headers: { location } } : undefined);
      return at.refused(at.resolveNet());
    };
    expect(await leads('/round')).toMatch(/leads from one address to the next without end; try again later\.$/);
    expect(await leads('file:///etc/passwd')).toMatch(
      /^STORE\/[0-9a-f]{64}: leads to what is no address; nothing was fetched from there\.$/,
    );
    at.hub.fault = () => ({ status: 200 });
    expect(await at.refused(at.resolveNet())).toBe(
      'HUB/api/models/org/net/revision/main: answers what is not the JSON of a Hub; check HF_ENDPOINT, and whether a proxy stands between.',
    );
  });
});

describe('from one call to the next', () => {
  it('what has arrived is kept, and the next call goes on', async () => {
    at.hub.commit('org/net', model);
    const arrived = await halfOf();
    expect(arrived).toBeGreaterThan(0);
    const told: DownloadProgress[] = [];
    expectWhole((await at.resolveNet({ onProgress: (progress) => told.push(progress) })).directory);
    expect(ranges()).toEqual([`bytes=${arrived}-`]);
    expect(parts()).toEqual([]);
    expect(told.at(-1)).toMatchObject({ done: weights.length, received: weights.length - arrived, filesDone: 1 });
  });

  it('a commit that has been replaced meanwhile is not what is fetched', async () => {
    at.hub.commit('org/net', model);
    await halfOf();
    const other = noise(50_000, 3);
    const commit = at.hub.commit('org/net', { ...model, 'model.safetensors': other });
    const { directory } = await at.resolveNet();
    expect(directory).toContain(commit);
    expect(readFileSync(join(directory, 'model.safetensors')).equals(other)).toBe(true);
    expect(ranges()).toEqual([undefined]);
  });

  it.each([
    ['of another file', noise(30_000, 8)],
    ['longer than the file', noise(200_000, 8)],
    ['as long as the file', noise(100_000, 8)],
  ])('a part %s is thrown away', async (_, bytes) => {
    at.hub.commit('org/net', model);
    mkdirSync(join(at.folder, 'blobs'), { recursive: true });
    writeFileSync(join(at.folder, 'blobs', `${weightsName}.incomplete`), bytes);
    expectWhole((await at.resolveNet()).directory);
    expect(parts()).toEqual([]);
  });

  it('a file of the cache that is broken is fetched anew', async () => {
    at.hub.commit('org/net', model);
    const { directory } = await at.resolveNet();
    writeFileSync(join(directory, 'model.safetensors'), weights.subarray(5));
    expectWhole((await at.resolveNet()).directory);
    rmSync(join(at.folder, 'blobs', weightsName));
    expectWhole((await at.resolveNet()).directory);
  });
});

describe('without the Hub', () => {
  let gone: string;
  beforeAll(async () => {
    const hub = await LocalHub.open();
    gone = hub.endpoint;
    await hub.close();
  });

  it('what was last seen is taken, with one note', async () => {
    const commit = at.hub.commit('org/net', model);
    await at.resolveNet();
    at.hub.commit('org/net', { ...model, 'config.json': '{}' });
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    at.hub.asked.length = 0;
    const found = await at.resolveNet();
    expect(found.commit).toBe(commit);
    const short = commit.slice(0, 12);
    expect(found.notes).toEqual([
      `org/net: the network is not used (HF_HUB_OFFLINE, or the option offline); taken as it was last seen, commit ${short}`,
    ]);
    expect(at.hub.asked).toEqual([]);
    vi.stubEnv('HF_HUB_OFFLINE', '');
    at.hub.fault = () => ({ status: 502 });
    expect((await at.resolveNet()).notes.join()).toContain(
      `gives no answer but (502); taken as it was last seen, commit ${short}`,
    );
    expect(at.hub.asked).toHaveLength(1);
    vi.stubEnv('HF_ENDPOINT', gone);
    const { notes } = await at.resolveNet();
    expect(notes).toEqual([
      `org/net: ${gone}/api/models/org/net/revision/main: failed (ECONNREFUSED); taken as it was last seen, commit ${short}`,
    ]);
  });

  it('what is not there is said, with the address and the path', async () => {
    at.hub.commit('org/net', model);
    expect(await at.refused(at.resolveNet({ offline: true }))).toBe(
      'org/net: the network is not used (HF_HUB_OFFLINE, or the option offline), and CACHE/models--org--net does not know main; go online once, to HUB.',
    );
    const { commit } = await at.resolveNet({ files: ['config.json'] });
    expect(await at.refused(at.resolveNet({ offline: true }))).toBe(
      `org/net: the network is not used (HF_HUB_OFFLINE, or the option offline), and model.safetensors is not in CACHE/models--org--net/snapshots/${commit}; go online once, to HUB.`,
    );
    vi.stubEnv('HF_ENDPOINT', gone);
    expect(await at.refused(resolveRepository('org/other'))).toBe(
      `org/other: ${gone}/api/models/org/other/revision/main: failed (ECONNREFUSED), and CACHE/models--org--other does not know main; check the network, or try again later.`,
    );
  });

  it('files that another program has fetched are taken as they are', async () => {
    const commit = at.hub.commit('org/net', model);
    await at.resolveNet();
    rmSync(join(at.folder, 'trees'), { recursive: true });
    const { notes, directory } = await at.resolveNet({ offline: true });
    expectWhole(directory);
    expect(notes[1]).toBe(
      `org/net: 2 files of commit ${commit.slice(0, 12)} taken as they are; nothing in the cache says whether they are all`,
    );
  });
});

describe('with other processes', () => {
  const tsx = pathToFileURL(join(process.cwd(), 'node_modules/tsx/dist/loader.mjs')).href;
  const puller = join(process.cwd(), 'packages/hub/src/remote/pull.test-data.ts');
  const pull = () =>
    spawn(process.execPath, ['--conditions=@twilljs/source', '--import', tsx, puller, 'org/net'], {
      env: { ...process.env, ...at.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const large = noise(2_000_000, 11);
  const largeName = createHash('sha256').update(large).digest('hex');
  const largeParts = () => parts().filter((name) => name.startsWith(largeName));
  const whole = (directory: string) => readFileSync(join(directory, 'model.safetensors')).equals(large);

  /** Waits until some bytes of the weights are on disk. */
  async function arriving(child: ChildProcess): Promise<void> {
    const folder = join(at.folder, 'blobs');
    const some = () =>
      existsSync(folder) && largeParts().some((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size);
    while (!some()) {
      expect(child.exitCode).toBe(null);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  it('two that want the same fetch it once, and both have it', async () => {
    at.hub.commit('org/net', { ...model, 'model.safetensors': large });
    at.faulty(isStore, { slow: 1 });
    const child = pull();
    await arriving(child);
    const told: number[] = [];
    const [, { directory }] = await Promise.all([
      once(child, 'close'),
      at.resolveNet({ onProgress: ({ done }) => told.push(done) }),
    ]);
    expect(child.exitCode).toBe(0);
    expect(whole(directory)).toBe(true);
    expect(ranges()).toEqual([undefined]);
    expect(told.length).toBeGreaterThan(2); // what the other one has is shown
    const both = await Promise.all([at.resolveNet(), at.resolveNet()]);
    expect(both[0]).toEqual(both[1]);
  });

  it('two of one process do so too', async () => {
    at.hub.commit('org/net', model);
    const [one, two] = await Promise.all([at.resolveNet(), at.resolveNet()]);
    expectWhole(one.directory);
    expect(two).toEqual(one);
    expect(ranges()).toEqual([undefined]);
  });

  it('one that was killed leaves what had arrived to the next', async () => {
    at.hub.commit('org/net', { ...model, 'model.safetensors': large });
    at.faulty(isStore, { slow: 2 });
    const child = pull();
    await arriving(child);
    child.kill('SIGKILL');
    await once(child, 'close');
    checkCache(at.cache);
    const [part] = largeParts();
    const { size } = statSync(join(at.folder, 'blobs', part));
    at.hub.asked.length = 0;
    const { directory } = await at.resolveNet();
    expect(whole(directory)).toBe(true);
    expect(ranges()).toEqual([`bytes=${size}-`]);
    expect(parts()).toEqual([]);
  });

  it('the part of another machine is taken over when it has not grown for a minute', async () => {
    at.hub.commit('org/net', model);
    const part = join(at.folder, 'blobs', `${weightsName}.00000000-1-00000000.incomplete`);
    mkdirSync(join(at.folder, 'blobs'), { recursive: true });
    writeFileSync(part, weights.subarray(0, 70_000));
    const before = at.resolveNet();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(ranges()).toEqual([]); // it may be alive
    const old = Date.now() / 1000 - 61;
    utimesSync(part, old, old);
    expectWhole((await before).directory);
    expect(ranges()).toEqual(['bytes=70000-']);
  });

  it('one that is stopped keeps its part, and is not waited for', async () => {
    at.hub.commit('org/net', { ...model, 'model.safetensors': large });
    at.faulty(isStore, { slow: 2 });
    const child = pull();
    await arriving(child);
    child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 200)); // what it was writing is written
    const [part] = largeParts();
    const old = Date.now() / 1000 - 61;
    for (const name of parts()) utimesSync(join(at.folder, 'blobs', name), old, old);
    expect(whole((await at.resolveNet()).directory)).toBe(true);
    expect(largeParts()).toEqual([part]);
    child.kill('SIGCONT');
    await once(child, 'close');
    expect(child.exitCode).toBe(0);
    expect(parts()).toEqual([]);
  });
});

describe('a disk', () => {
  const isRoot = process.getuid?.() === 0;
  const disk = join(at.home, 'disk');
  mkdirSync(disk);
  const mount = (...words: string[]) => isRoot && spawnSync('mount', words).status === 0;
  const canMount = mount('-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', disk);
  afterAll(() => {
    if (canMount) spawnSync('umount', [disk]);
  });

  it.runIf(canMount)(
    'without room is told before anything is fetched, and one that fills up meanwhile too',
    async () => {
      at.hub.commit('org/net', { ...model, 'model.safetensors': noise(400_000) });
      const full = await at.refused(at.resolveNet({ cacheDir: disk }));
      expect(full).toMatch(
        /disk\/models--org--net\/blobs: has room for \d+ bytes but 400020 are missing; free some, or name another cache \(HF_HUB_CACHE\)\.$/,
      );
      expect(at.hub.fetched).toEqual([]);
      at.hub.commit('org/net', { ...model, 'model.safetensors': noise(200_000) });
      const filler = join(disk, 'filler');
      at.hub.fault = (asked) =>
        isStore(asked) ? { first: () => writeFileSync(filler, new Uint8Array(150_000)) } : undefined;
      expect(await at.refused(at.resolveNet({ cacheDir: disk }))).toMatch(
        /no space is left on the device; free some and run again/,
      );
      rmSync(filler);
      at.hub.reset();
      expect((await at.resolveNet({ cacheDir: disk })).notes).toEqual([]);
      checkCache(disk);
      rmSync(join(disk, 'models--org--net'), { recursive: true });
    },
  );

  it.runIf(canMount)('that may not be written is told; what it holds is taken', async () => {
    at.hub.commit('org/net', model);
    await at.resolveNet({ cacheDir: disk });
    mount('-o', 'remount,ro', disk);
    const { notes, directory } = await at.resolveNet({ cacheDir: disk });
    expectWhole(directory);
    expect(notes).toEqual([]);
    mount('-o', 'remount,rw', disk);
    rmSync(join(disk, 'models--org--net/trees'), { recursive: true });
    mount('-o', 'remount,ro', disk);
    expect((await at.resolveNet({ cacheDir: disk })).notes).toEqual([
      expect.stringMatching(
        /trees: is on a read-only file system; choose another path. Without it the Hub must be asked again\.$/,
      ),
    ]);
    at.hub.commit('org/net', { ...model, 'config.json': '{}' });
    expect(await at.refused(at.resolveNet({ cacheDir: disk }))).toMatch(
      /is on a read-only file system; choose another path/,
    );
  });
});

describe('whatever happens', () => {
  const fault = fc.oneof(
    fc.record({ cut: fc.nat(100_000) }),
    fc.record({ end: fc.nat(100_000) }),
    fc.record({ cut: fc.nat(100_000), whole: fc.constant(true) }),
    fc.record({ bytes: fc.integer({ min: 0, max: 120_000 }).map((length) => noise(length, length + 1)) }),
    fc.record({
      bytes: fc.nat(99_999).map((i) => Uint8Array.from(weights, (byte, at) => (at === i ? byte ^ 1 : byte))),
    }),
    fc.record({ status: fc.constantFrom(206, 404, 408, 416, 429, 500, 503) }),
    fc.constant(undefined),
  );

  /** Of both ends there are some, whatever is drawn. */
  const both = ([404, 404, 404, 503, 503, 503] as const).map((status): [{ status: typeof status }[], number] => [
    [{ status }],
    0,
  ]);

  it('a download ends with the right bytes or an error, and the cache has no others', async () => {
    at.hub.commit('org/net', model);
    const ends = { whole: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 8 }), fc.nat(3), async (faults, kept) => {
        const left = [...faults];
        at.hub.fault = (asked) => (isStore(asked) ? left.shift() : undefined);
        // A part that an earlier call has left may be there or not.
        if (kept === 0) rmSync(at.folder, { recursive: true, force: true });
        else rmSync(join(at.folder, 'blobs', weightsName), { force: true });
        const directory = await at.resolveNet().then(
          (found) => found.directory,
          (error) => {
            expect(error.name).toBe('HubError');
            return null;
          },
        );
        if (directory) expectWhole(directory);
        ends[directory ? 'whole' : 'refused']++;
        if (existsSync(at.folder) && directory) checkCache(at.cache);
        expect(existsSync(join(at.folder, 'blobs', weightsName))).toBe(directory !== null);
        at.hub.fault = () => undefined;
        expectWhole((await at.resolveNet()).directory);
      }),
      { numRuns: 50, examples: both },
    );
    expect(Math.min(ends.whole, ends.refused)).toBeGreaterThan(2);
  });
});

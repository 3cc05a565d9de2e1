// Locks of directories: one holder at a time, and none once its process is gone.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { parseHolder, signOf, thisProcess } from './holder.ts';
import { lockDirectory } from './lock.ts';

const directory = mkdtempSync(join(tmpdir(), 'twill-lock-'));
const path = join(directory, '.lock');
const root = fileURLToPath(new URL('../../..', import.meta.url));
const node = ['--import', 'tsx', '--conditions=@twilljs/source', '--input-type=module', '-e'];

afterEach(() => {
  expect(readdirSync(directory).filter((name) => name !== '.lock')).toEqual([]);
  rmSync(path, { force: true });
});
afterAll(() => rmSync(directory, { recursive: true }));

/** The number of a process that has ended. */
const gone = spawnSync(process.execPath, ['-e', '']).pid;
const me = thisProcess('an earlier lock');

describe('a lock', () => {
  it('names its holder, and is given back', async () => {
    {
      using _ = await lockDirectory(directory);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
    }
    expect(existsSync(path)).toBe(false);
  });

  it('waits for a holder, in this process or another, and refuses when it stays', async () => {
    const first = await lockDirectory(directory);
    const second = lockDirectory(directory);
    first[Symbol.dispose]();
    (await second)[Symbol.dispose]();

    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    writeFileSync(path, String(other.pid));
    await expect(lockDirectory(directory)).rejects.toThrow(
      new RegExp(`run: process ${other.pid} works in .*; wait for its end, or choose another directory`),
    );
    const third = lockDirectory(directory);
    other.kill('SIGKILL');
    (await third)[Symbol.dispose]();
  }, 30_000);

  it('is not given back where it has become that of another', async () => {
    const lock = await lockDirectory(directory);
    writeFileSync(path, JSON.stringify({ ...me, pid: 1 }));
    lock[Symbol.dispose]();
    expect(JSON.parse(readFileSync(path, 'utf8')).pid).toBe(1);
  });

  it.each([
    ['that of an earlier process with the same number', String(process.pid)],
    ['that of this process, given up without a word', JSON.stringify(me)],
    ['of a process that is gone', String(gone)],
    ['of one that is gone, by all it says', JSON.stringify({ ...me, pid: gone })],
    ['of a number that has come again', JSON.stringify({ ...me, pid: process.ppid, start: '1' })],
    ['from before the machine was started anew', JSON.stringify({ ...me, pid: process.ppid, boot: 'another' })],
    ['no number', 'x'],
    ['a number below 0', '-1'],
    ['a number no process can have', '99999999999'],
    ['half of one', '{"pid": 12, "ho'],
    ['a list', '[12]'],
    ['empty for long', ''],
  ])('does not count when it is %s', async (_, text) => {
    writeFileSync(path, text);
    (await lockDirectory(directory))[Symbol.dispose]();
    expect(existsSync(path)).toBe(false);
  });

  it('does not count when those who were to replace it are gone too', async () => {
    for (const name of ['.lock', '.lock.takeover', '.lock.takeover.takeover']) {
      writeFileSync(join(directory, name), JSON.stringify({ ...me, pid: gone, id: name }));
    }
    (await lockDirectory(directory))[Symbol.dispose]();
  });
});

describe('a holder', () => {
  const signs = (change: object) =>
    signOf(parseHolder(JSON.stringify({ ...me, pid: process.ppid, start: null, ...change }))!);

  it('is judged by its number only where that is a number of this system', () => {
    expect(signs({})).toBe('alive');
    expect(signs({ pid: gone })).toBe('gone');
    expect(signs({ pid: gone, host: 'elsewhere' })).toBe('of the machine elsewhere');
    expect(signs({ pid: gone, namespace: 'pid:[1]' })).toMatch(me.namespace ? /^of another container/ : /gone/);
    expect(signs({ pid: process.pid, start: me.start, thread: 7 })).toBe('alive');
    // Version 0.1, and systems that do not tell.
    expect(signs({ host: null, boot: null, namespace: null })).toBe('alive');
  });

  it('of another machine is waited for, and the message says that it cannot be seen', async () => {
    writeFileSync(path, JSON.stringify({ ...me, pid: gone, host: 'elsewhere' }));
    await expect(lockDirectory(directory)).rejects.toThrow(
      new RegExp(`process ${gone} of the machine elsewhere works in .* or has ended, delete .*\\.lock\\)`),
    );
  });
});

/** A process that answers every line with one of its own. */
function partner(code: string, wrapper: readonly string[] = []) {
  const [command, ...args] = [...wrapper, process.execPath, ...node, code];
  const child: ChildProcess = spawn(command, args, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    say: (line: string) => child.stdin!.write(`${line}\n`),
    hear: async () => (await lines.next()).value as string,
    end: () => child.stdin!.end(),
  };
}

it('of a process that is gone goes to exactly one of those who want it', async () => {
  const code = `
    import { closeSync, openSync, rmSync } from 'node:fs';
    import { createInterface } from 'node:readline';
    import { setTimeout as wait } from 'node:timers/promises';
    import { lockDirectory } from '@twilljs/train/src/lock.ts';
    const inside = ${JSON.stringify(`${directory}.inside`)};
    console.log('ready');
    for await (const _ of createInterface({ input: process.stdin })) {
      const lock = await lockDirectory(${JSON.stringify(directory)});
      let answer = 'alone';
      try {
        closeSync(openSync(inside, 'wx'));
        await wait(2);
        rmSync(inside);
      } catch (error) {
        answer = error.message;
      }
      lock[Symbol.dispose]();
      console.log(answer);
    }`.replace("'@twilljs/train/src/lock.ts'", JSON.stringify(fileURLToPath(new URL('./lock.ts', import.meta.url))));
  const partners = Array.from({ length: 4 }, () => partner(code));
  for (const { hear } of partners) expect(await hear()).toBe('ready');
  for (let round = 0; round < 60; round++) {
    writeFileSync(path, round % 2 ? String(gone) : JSON.stringify({ ...me, pid: gone, id: `${round}` }));
    for (const { say } of partners) say('go');
    for (const { hear } of partners) expect(await hear()).toBe('alone');
  }
  for (const { end } of partners) end();
}, 60_000);

const unshare = ['unshare', '-p', '-f', '--mount-proc'];
const namespaces = spawnSync(unshare[0], [...unshare.slice(1), 'true']).status === 0;

// Needs the right to make a namespace: root, on Linux.
it.skipIf(!namespaces)(
  'of a process in another PID namespace counts, though its number is that of nobody here',
  async () => {
    const code = `
    import { lockDirectory } from ${JSON.stringify(fileURLToPath(new URL('./lock.ts', import.meta.url)))};
    const lock = await lockDirectory(${JSON.stringify(directory)});
    console.log(process.pid);
    for await (const _ of process.stdin);
    lock[Symbol.dispose]();`;
    const other = partner(code, unshare);
    const pid = Number(await other.hear());
    expect(pid).toBeLessThan(100);
    await expect(lockDirectory(directory)).rejects.toThrow(
      `process ${pid} of another container (PID namespace) works in`,
    );
    other.end();
    (await lockDirectory(directory))[Symbol.dispose]();
  },
  60_000,
);

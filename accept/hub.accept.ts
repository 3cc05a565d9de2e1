// Weights as large as the paper's 1.3B, from a Hub on this machine: killed twice, the second time beyond what 31 bits count, and whole at the end.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const home = mkdtempSync(join(tmpdir(), 'twill-large-'));
const root = fileURLToPath(new URL('..', import.meta.url));
const BYTES = 2_932_687_616;
const BLOCK = 2 ** 20;

/** Mebibyte after mebibyte, no two alike: noise that begins with its number. */
const noise = new Uint8Array(BLOCK);
let state = 1;
for (const i of noise.keys()) {
  state = (state * 48271) % 2147483647;
  noise[i] = state & 255;
}
function block(i: number): Uint8Array {
  const bytes = Uint8Array.from(noise);
  new DataView(bytes.buffer).setUint32(0, i);
  return bytes.subarray(0, Math.min(BLOCK, BYTES - i * BLOCK));
}

const hash = createHash('sha256');
for (let i = 0; i * BLOCK < BYTES; i++) hash.update(block(i));
const oid = hash.digest('hex');
const ranges: (string | undefined)[] = [];

const server = createServer(async ({ url = '', headers }, response) => {
  if (url.includes('/revision/')) return response.end(JSON.stringify({ sha: 'c'.repeat(40) }));
  if (url.includes('/tree/')) {
    const file = {
      type: 'file',
      path: 'model.safetensors',
      size: BYTES,
      oid: 'b'.repeat(40),
      lfs: { oid, size: BYTES },
    };
    return response.end(JSON.stringify([file]));
  }
  ranges.push(headers.range);
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  response.writeHead(headers.range ? 206 : 200, {
    'content-length': BYTES - from,
    'content-range': `bytes ${from}-${BYTES - 1}/${BYTES}`,
  });
  for (let at = from; at < BYTES && !response.destroyed; at += BLOCK - (at % BLOCK)) {
    const part = block(Math.floor(at / BLOCK)).subarray(at % BLOCK);
    await new Promise<void>((resolve) => response.write(part, () => resolve()));
  }
  response.end();
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(home, { recursive: true });
});

const blobs = join(home, 'models--org--large/blobs');
const arrived = () =>
  Math.max(
    0,
    ...(existsSync(blobs) ? readdirSync(blobs) : []).map(
      (name) => statSync(join(blobs, name), { throwIfNoEntry: false })?.size ?? 0,
    ),
  );

/** @returns the process, and the most memory that it had, in MB. */
function pull() {
  const source = ['--import', 'tsx', '--conditions=@twilljs/source', 'scripts/twill.ts', 'hub', 'pull', 'org/large'];
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { ...process.env, HF_HOME: home, HF_HUB_CACHE: home, HF_ENDPOINT: endpoint, HF_TOKEN: '' };
  const child = spawn(process.execPath, source, { cwd: root, env, stdio: 'ignore' });
  const memory = { most: 0 };
  const timer = setInterval(() => {
    const status = existsSync(`/proc/${child.pid}/status`) ? readFileSync(`/proc/${child.pid}/status`, 'utf8') : '';
    memory.most = Math.max(memory.most, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1e3);
  }, 100);
  child.on('close', () => clearInterval(timer));
  return { child, memory };
}

it('2.9 GB, killed at 1.2 and at 2.5', async () => {
  const from: number[] = [];
  for (const stop of [1.2e9, 2.5e9]) {
    const { child } = pull();
    while (arrived() < stop) {
      expect(child.exitCode).toBe(null);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill('SIGKILL');
    await once(child, 'close');
    from.push(arrived());
  }
  const { child, memory } = pull();
  const started = performance.now();
  await once(child, 'close');
  const seconds = (performance.now() - started) / 1000;
  expect(child.exitCode).toBe(0);
  expect(ranges).toEqual([undefined, ...from.map((bytes) => `bytes=${bytes}-`)]);
  expect(readdirSync(blobs)).toEqual([oid]);
  const whole = createHash('sha256');
  for await (const part of createReadStream(
    join(home, 'models--org--large/snapshots', 'c'.repeat(40), 'model.safetensors'),
  ))
    whole.update(part);
  expect(whole.digest('hex')).toBe(oid);
  process.stdout.write(
    `killed at ${from.map((bytes) => (bytes / 1e9).toFixed(2)).join(' and ')} GB; the rest in ${seconds.toFixed(1)} s, at most ${memory.most.toFixed(0)} MB of memory\n`,
  );
  expect(memory.most).toBeLessThan(400);
});

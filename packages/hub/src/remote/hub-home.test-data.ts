// A Hub and a cache of its own for every test, and what the cache must look like after it.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { type Asked, type Fault, LocalHub } from './local-hub.test-data.ts';
import { type ResolvedRepository, type ResolveOptions, resolveRepository } from './resolve.ts';

/** Bytes that are not the same twice. */
export function noise(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (state * 48271) % 2147483647;
    return state & 255;
  });
}

export const weights = noise(100_000);
export const weightsName = createHash('sha256').update(weights).digest('hex');
export const model = { 'config.json': '{"model_type":"gla"}', 'model.safetensors': weights };

/** What a test has: `org/net` is the repository of most. */
export class HubHome {
  readonly home = mkdtempSync(join(tmpdir(), 'twill-remote-'));
  hub!: LocalHub;
  cache = '';

  get folder(): string {
    return join(this.cache, 'models--org--net');
  }

  get blobs(): string[] {
    return readdirSync(join(this.folder, 'blobs')).sort();
  }

  resolveNet(options?: ResolveOptions): Promise<ResolvedRepository> {
    return resolveRepository('org/net', options);
  }

  /** Environment of a process that shall see this Hub and this cache. */
  get env(): Record<string, string> {
    const none = ['HF_TOKEN', 'HF_TOKEN_PATH', 'HF_HUB_OFFLINE', 'HF_HUB_DISABLE_SYMLINKS', 'HF_HUB_DOWNLOAD_TIMEOUT'];
    return {
      ...Object.fromEntries(none.map((name) => [name, ''])),
      ...{ HF_HOME: this.home, HF_HUB_CACHE: this.cache, HF_ENDPOINT: this.hub.endpoint },
    };
  }

  /** The next answers to some requests go wrong, each in its way. */
  faulty(which: (asked: Asked) => boolean, ...faults: Fault[]): void {
    const left = [...faults];
    this.hub.fault = (asked) => (which(asked) ? left.shift() : undefined);
  }

  /** The message of what must fail. */
  async refused(run: Promise<unknown>): Promise<string> {
    const error = await run.then(
      () => null,
      (error) => error,
    );
    expect(error).toMatchObject({ name: expect.stringMatching(/^(HubError|FileError|OptionError)$/) });
    const { endpoint, store } = this.hub;
    return error.message.replaceAll(endpoint, 'HUB').replaceAll(store, 'STORE').replaceAll(this.cache, 'CACHE');
  }
}

/** Sets up what every test of a file has. */
export function hubHome(): HubHome {
  const at = new HubHome();
  beforeAll(async () => {
    at.hub = await LocalHub.open();
  });
  afterAll(async () => {
    await at.hub.close();
    rmSync(at.home, { recursive: true });
  });
  beforeEach(() => {
    at.cache = mkdtempSync(join(at.home, 'cache-'));
    for (const [name, value] of Object.entries(at.env)) vi.stubEnv(name, value);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    at.hub.reset();
    checkCache(at.cache);
  });
  return at;
}

/** Every blob has the bytes that its name says, every file of a snapshot is one, and nothing else is left there. */
export function checkCache(top: string): void {
  for (const repository of readdirSync(top)) {
    const at = (...parts: string[]) => join(top, repository, ...parts);
    for (const name of existsSync(at('blobs')) ? readdirSync(at('blobs')) : []) {
      if (name.endsWith('.incomplete')) continue;
      const bytes = readFileSync(at('blobs', name));
      const hash = name.length === 64 ? createHash('sha256') : createHash('sha1').update(`blob ${bytes.length}\0`);
      expect(hash.update(bytes).digest('hex')).toBe(name);
    }
    for (const name of existsSync(at('snapshots')) ? readdirSync(at('snapshots'), { recursive: true }) : []) {
      expect(existsSync(at('snapshots', String(name))), String(name)).toBe(true);
      expect(String(name)).not.toMatch(/tmp$/);
    }
  }
}

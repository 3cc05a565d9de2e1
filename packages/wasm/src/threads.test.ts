// How many threads there are: options, the environment, and places where there can be one only.
import { availableParallelism } from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { wasm } from './device.ts';
import { chooseThreads } from './threads.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe('threads', () => {
  it('are as many as asked, else as in the environment, else one for each processor up to eight', async () => {
    vi.stubEnv('TWILL_THREADS', '3');
    expect(chooseThreads(undefined)).toEqual({ count: 3, reason: '' });
    expect(chooseThreads(5)).toEqual({ count: 5, reason: '' });
    expect(chooseThreads(1)).toEqual({ count: 1, reason: 'one was asked for' });
    vi.stubEnv('TWILL_THREADS', undefined);
    expect(chooseThreads(undefined).count).toBe(Math.min(8, availableParallelism()));
    const device = await wasm({ threads: 2 });
    expect([device.threads, device.label]).toEqual([2, `wasm (${device.tier}, 2 threads)`]);
    expect((await wasm({ threads: 1 })).label).toBe(`wasm (${device.tier}, 1 thread)`);
  });

  it('are whole numbers from 1 to 64', async () => {
    for (const threads of [0, 65, 1.5, Number.NaN, '2', null] as number[]) {
      await expect(wasm({ threads })).rejects.toThrow(
        /^wasm: threads is .*; give a whole number of threads from 1 to 64\.$/,
      );
    }
    for (const text of ['0', '65', '2.0', 'all', '-1', ' 2']) {
      vi.stubEnv('TWILL_THREADS', text);
      await expect(wasm()).rejects.toThrow(`TWILL_THREADS is`);
    }
    expect(() => chooseThreads(undefined)).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: TWILL_THREADS is " 2"; give a whole number of threads from 1 to 64.]`,
    );
  });
});

/** What `body` answers in a page. */
function inPage<T>(page: { crossOriginIsolated: boolean; Worker: unknown }, body: () => T): T {
  for (const [name, value] of Object.entries({ ...page, navigator: { hardwareConcurrency: 6 }, process: undefined })) {
    vi.stubGlobal(name, value);
  }
  try {
    return body();
  } finally {
    vi.unstubAllGlobals();
  }
}

describe('a page', () => {
  const Worker = class {};

  it('has as many threads as processors where it is isolated', () => {
    expect(inPage({ crossOriginIsolated: true, Worker }, () => chooseThreads(undefined))).toEqual({
      count: 6,
      reason: '',
    });
  });

  it('has one where it is not, and says so', () => {
    const page = { crossOriginIsolated: false, Worker };
    expect(inPage(page, () => chooseThreads(undefined))).toMatchInlineSnapshot(`
      {
        "count": 1,
        "reason": "this page is not cross-origin isolated; serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
      }
    `);
    expect(inPage(page, () => chooseThreads(1)).count).toBe(1);
    expect(() => inPage(page, () => chooseThreads(4))).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: wasm: 4 threads were asked for, but this page is not cross-origin isolated; serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or leave threads out.]`,
    );
  });

  it('has one where there are no workers', () => {
    const { count, reason } = inPage({ crossOriginIsolated: true, Worker: undefined }, () => chooseThreads(undefined));
    expect([count, reason]).toEqual([1, 'there are no workers here']);
  });
});

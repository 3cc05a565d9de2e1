// Programs that forget their scopes, or whose results keep their tapes: how far they get, and what they are told.
import { constants, PerformanceObserver } from 'node:perf_hooks';
import {
  grad,
  keep,
  lateReturns,
  Owned,
  ones,
  parameter,
  release,
  scope,
  type Tensor,
  untracked,
  zeros,
} from '@twilljs/tensor';
import { describe, expect, it } from 'vitest';
import { wasm } from './device.ts';

const MB = 2 ** 20;
const FORCED = constants.NODE_PERFORMANCE_GC_FLAGS_FORCED;

/** Ten tensors of a megabyte, and what their gradient needs. */
function pass(w: Tensor): Tensor {
  let y = w;
  for (let i = 0; i < 10; i++) y = y.mul(w);
  return y.sum();
}

const parameters = async (options = {}) => {
  const device = await wasm(options);
  return { device, w: keep(parameter(ones([MB / 4], { device }))) };
};

describe('a loop without a scope', () => {
  it('goes on where collecting saves it, without a turn of the event loop', async () => {
    const { device, w } = await parameters({ maximumBytes: 48 * MB });
    for (let i = 0; i < 60; i++) pass(w);
    expect(device.bytesInUse).toBeLessThanOrEqual(48 * MB);
  });

  it('collects long before the memory is full', async () => {
    const { device, w } = await parameters();
    let most = 0;
    for (let i = 0; i < 100; i++) {
      untracked(() => pass(w));
      most = Math.max(most, device.bytesInUse);
    }
    expect(most).toBeLessThan(400 * MB);
  });

  it('is told of scope where it holds on to everything', async () => {
    const { device, w } = await parameters({ maximumBytes: 24 * MB });
    const held: Tensor[] = [];
    const fill = () => {
      for (;;) held.push(untracked(() => w.add(1)));
    };
    expect(fill).toThrow(
      /^wasm: 1048576 bytes could not be allocated, .*; use a smaller batch or model\. (\d+) tensors outside any scope hold \d+ bytes of it; run each pass inside scope\(\(\) => \.\.\.\)/,
    );
    expect(held.length).toBeGreaterThan(20);
    try {
      fill();
    } catch (error) {
      const bytes = held.length * MB;
      expect(`${error}`).toContain(`${held.length} tensors outside any scope hold ${bytes} bytes of it`);
    }
    expect(device.bytesInUse).toBeGreaterThan(held.length * MB);
  });

  it('is told of the batch where everything has an owner', async () => {
    const { w } = await parameters({ maximumBytes: 24 * MB });
    const held: Tensor[] = [];
    const fill = () => {
      for (;;) held.push(keep(scope(() => untracked(() => w.add(1)))));
    };
    expect(fill).toThrow(/use a smaller batch or model\.$/);
    release(held);
  });
});

describe('a loop whose results keep their tapes', () => {
  it('runs in the memory of one pass', async () => {
    const { device, w } = await parameters();
    let early = 0;
    for (let i = 0; i < 40; i++) {
      const loss = scope(() => pass(w));
      await loss.item();
      if (i === 7) early = device.bytesInUse;
    }
    expect(device.bytesInUse).toBe(early);
    expect(early).toBeLessThan(13 * MB);
  });

  it('reads without losing the tape: item, then grad', async () => {
    const { device, w } = await parameters();
    const loss = scope(() => pass(w));
    for (let i = 0; i < 5; i++) {
      expect(await loss.item()).toBe(MB / 4);
      await scope(() => pass(w)).item(); // others come and go
    }
    const [dw] = scope(() => grad(loss, [w]));
    expect((await dw.data()).every((x) => x === 11)).toBe(true);
    release([dw, loss]);
    await ones([1], { device }).item();
  });
});

it('is of no matter to what has scopes and owners', async () => {
  const { device, w } = await parameters();
  const [before, late] = [device.bytesInUse, lateReturns()];
  for (let i = 0; i < 20; i++) {
    const { dw } = keep(scope(() => ({ dw: grad(pass(w), [w])[0] })));
    await dw.data();
    release(dw);
  }
  expect(device.bytesInUse).toBe(before);
  expect(lateReturns()).toBe(late);
});

it('counts what it gives back late, and survives a buffer that was freed by hand', async () => {
  const { device, w } = await parameters({ maximumBytes: 24 * MB });
  const late = lateReturns();
  const drop = () => {
    device.free(zeros([MB / 4], { device }).buffer);
    for (let i = 0; i < 100; i++) untracked(() => w.add(1));
  };
  expect(drop).not.toThrow();
  expect(lateReturns()).toBeGreaterThan(late + 50);
});

it('a loop that itself gives back what it has outside of scopes is soon not looked through any more', async () => {
  const device = await wasm();
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { flags } = (entry as unknown as { detail: { flags: number } }).detail;
      if (flags & FORCED) collections++;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  for (let i = 0; i < 40; i++) {
    const owned = new Owned(ones([MB], { device }));
    await owned.value!.data();
    owned.release();
  }
  await new Promise((resolve) => setTimeout(resolve, 50)); // told of in turns of their own
  observer.disconnect();
  expect(collections).toBeGreaterThan(0);
  expect(collections).toBeLessThan(10);
});

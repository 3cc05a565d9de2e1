// What recorded steps share with those who call them: memory that is handed in, used from outside, or returned.
import {
  assign,
  compile,
  grad,
  keep,
  parameter,
  release,
  scope,
  type Tensor,
  tensor,
  untracked,
  write,
} from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { devices, keeping } from './compile.test-data.ts';

const isPage = typeof process === 'undefined';

describe.each(devices)('on %s', (_, device, twin) => {
  const { make, own, giveBack } = keeping(device);
  const valuesOf = async (t: Tensor) => Array.from(await t.data());
  afterEach(() => {
    giveBack();
    expect(device.report().buffers).toBe(0);
  });

  it('stores one value in two places', async () => {
    const places = [make([0, 0], [2]), make([0, 0], [2])];
    const step = compile(device, (x: Tensor) =>
      untracked(() => {
        const twice = x.mul(2);
        for (const place of places) assign(place, twice);
      }),
    );
    for (let call = 0; call < 4; call++) {
      scope(() => step(make([call, 1], [2])));
      for (const place of places) expect(await valuesOf(place)).toEqual([2 * call, 2]);
    }
    step[Symbol.dispose]();
  });

  it('refuses an input that the step uses from outside, at whatever call', async () => {
    const w = parameter(make([1, 2], [2]));
    const seen = make([3, 4], [2]);
    const whole = own(seen.reshape([1, 2]));
    const bodies: [Tensor, (x: Tensor) => Tensor][] = [
      [seen, (x) => assign(seen, x.mul(2))],
      [seen, (x) => whole.add(x.reshape([1, 2]))],
      [w, (x) => grad(w.mul(seen).sum().add(x.sum()), [w])[0]],
    ];
    for (const [outside, body] of bodies) {
      for (let before = 0; before < 4; before++) {
        const step = compile(device, (x: Tensor) => (outside === w ? body(x) : untracked(() => body(x))));
        for (let call = 0; call < before; call++) scope(() => void step(parameter(make([call, 1], [2]))));
        expect(() => scope(() => void step(outside))).toThrow('shares its memory with a tensor');
        step[Symbol.dispose]();
      }
    }
  });

  it('refuses to return other things than the first time', () => {
    const x = make([1, 2], [2]);
    let n = 0;
    const changing: [() => unknown, RegExp][] = [
      [() => ({ y: x.exp(), n: ++n }), /the step returns 2 where it returned 1/],
      [() => [x.exp(), x.neg()][++n % 2], /the step returns another tensor \[2\]/],
      [() => (++n % 2 ? { y: x.exp() } : { y: x.exp(), z: x }), /the step returns/],
      [() => (++n % 2 ? [x.exp()] : void x.exp()), /the step returns undefined/],
    ];
    for (const [body, message] of changing) {
      n = 0;
      const step = compile(device, body);
      scope(() => void step());
      expect(() => scope(() => void step())).toThrow(message);
      step[Symbol.dispose]();
    }
  });

  it('leaves no rejection of an asynchronous step behind', async () => {
    const x = make([1, 2], [2]);
    const rejected: unknown[] = [];
    const note = (reason: unknown) => rejected.push(reason);
    if (isPage) globalThis.addEventListener('unhandledrejection', note);
    else process.on('unhandledRejection', note);
    expect(() => compile(device, () => x.sum().item())()).toThrow('the step is asynchronous');
    await new Promise((done) => setTimeout(done));
    if (isPage) globalThis.removeEventListener('unhandledrejection', note);
    else process.off('unhandledRejection', note);
    expect(rejected).toEqual([]);
  });

  it('returns host constants that its callers may write to', async () => {
    const step = compile(device, (x: Tensor) => {
      const c = tensor([4], [1], { device });
      return { c, y: x.mul(c) };
    });
    for (let call = 0; call < 5; call++) {
      const { c, y } = keep(scope(() => step(make([call], [1]))));
      expect([await c.item(), await y.item()]).toEqual([4, 4 * call]);
      write(c, [9]);
      release([c, y]);
    }
    step[Symbol.dispose]();
  });

  it('tells strings from structure', async () => {
    const step = compile(device, (x: Tensor, { by }: { by: unknown }) => x.mul(typeof by === 'string' ? 2 : 3));
    for (const by of ['}', '}', '}', {}, {}, {}]) {
      const y = keep(scope(() => step(make([1], [1]), { by })));
      expect(await y.item()).toBe(by === '}' ? 2 : 3);
      release(y);
    }
    step[Symbol.dispose]();
  });

  it('returns constants inside another step too, recorded or not', async () => {
    for (const on of [device, twin]) {
      const w = parameter(make([1, 2], [2], on));
      const inner = compile(on, (x: Tensor) => x.mul(w).sum());
      const outer = compile(on, (x: Tensor) => grad(inner(x).add(w.sum()), [w])[0]);
      for (let call = 0; call < 4; call++) {
        const dw = keep(scope(() => outer(make([call, 1], [2], on))));
        expect(await valuesOf(dw)).toEqual([1, 1]);
        release(dw);
      }
      outer[Symbol.dispose]();
    }
  });
});

it('is as it was before a replay for which there was no memory', async () => {
  const MB = 2 ** 20;
  const device = await wasm({ maximumBytes: 8 * MB });
  const x = keep(tensor(new Float32Array(MB / 4), [MB / 4], { device }));
  const step = compile(device, (x: Tensor) => [x.add(1), x.add(2)]);
  for (let call = 0; call < 3; call++) scope(() => void step(x));
  const before = device.report();
  const fillers: Tensor[] = [];
  for (let room = 5; room >= 0; room--) {
    // Too little for both outputs: sometimes the first finds a place.
    while (fillers.length < 6 - room) fillers.push(keep(tensor(new Float32Array(MB / 4), [MB / 4], { device })));
    const filled = device.report();
    try {
      scope(() => void step(x));
    } catch (error) {
      expect((error as Error).name).toBe('OutOfMemoryError');
    }
    expect(device.report()).toEqual(filled);
  }
  expect(() => scope(() => void step(x))).toThrow('wasm');
  release(fillers);
  scope(() => void step(x));
  expect(device.report()).toEqual(before);
  step[Symbol.dispose]();
  release(x);
  expect(device.report().buffers).toBe(0);
});

it('gives back what a forgotten step holds, late', async () => {
  // Here, since a page, which runs the tests above, has no such modules.
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([import('node:v8'), import('node:vm')]);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const device = await wasm();
  const x = keep(tensor([1, 2], [2], { device }));
  const before = device.report();
  const use = () => {
    const step = compile(device, (x: Tensor) =>
      x
        .mul(tensor([2, 3], [2], { device }))
        .exp()
        .sum(),
    );
    for (let call = 0; call < 3; call++) scope(() => void step(x));
  };
  for (let i = 0; i < 5; i++) use();
  expect(device.report().buffers).toBeGreaterThan(before.buffers);
  await vi.waitFor(() => {
    collect();
    expect(device.report()).toEqual(before);
  });
});

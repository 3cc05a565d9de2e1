// What recorded steps hold, and that all of it comes back: after thousands of replays, errors, other shapes, and the device itself.
import {
  assign,
  compile,
  cpu,
  type Device,
  embedding,
  keep,
  lateReturns,
  ones,
  release,
  scope,
  type Tensor,
  tensor,
  untracked,
  write,
  zeros,
} from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';

const devices: [string, () => Promise<Device>][] = [
  ['cpu', async () => cpu({ poison: true })],
  ['wasm', () => wasm()],
  ...(await webgpuDevices()).map(([name]): [string, () => Promise<Device>] => [
    name,
    async () => (await webgpuDevices())[0][1],
  ]),
];

const held = ({ bytes, buffers }: ReturnType<Device['report']>) => ({ bytes, buffers });

describe.each(devices)('on %s', (_, open) => {
  it('2,000 replays hold the same bytes, whatever the inputs and whoever keeps the results', async () => {
    const device = await open();
    const state = keep(zeros([8], { device }));
    const inputs = [0, 1, 2].map((value) => keep(tensor(new Float32Array(8).fill(value), [8], { device })));
    const step = compile(device, (x: Tensor) =>
      untracked(() => {
        assign(state, state.mul(0.5).add(x));
        return { y: state.exp(), total: state.sum() };
      }),
    );
    const late = lateReturns();
    const seen = new Set<string>();
    let before = keep(scope(() => step(inputs[0])));
    for (let call = 0; call < 2000; call++) {
      const out = keep(scope(() => step(inputs[call % 3])));
      release(before); // one call later, so that results do not lie where those of the call before were
      before = out;
      if (call > 4) seen.add(JSON.stringify(held(device.report())));
    }
    expect(seen.size).toBe(1);
    expect(lateReturns()).toBe(late);
    step[Symbol.dispose]();
    release([before, state, inputs]);
    expect(held(device.report())).toEqual({ bytes: 0, buffers: 0 });
  });

  it('steps of ever other shapes hold the last few recordings alone', async () => {
    const device = await open();
    const step = compile(device, (x: Tensor) =>
      x
        .exp()
        .add(tensor([1], [1], { device }))
        .sum(),
    );
    const during: number[] = [];
    for (let n = 1; n <= 30; n++) {
      const x = keep(ones([n], { device }));
      for (let call = 0; call < 4; call++) scope(() => void step(x));
      release(x);
      during.push(device.report().buffers);
    }
    expect(new Set(during.slice(8)).size).toBe(1);
    step[Symbol.dispose]();
    expect(held(device.report())).toEqual({ bytes: 0, buffers: 0 });
  });

  it.each([0, 1, 2, 3])('an error in call %i leaves nothing, and the next call is right', async (bad) => {
    const device = await open();
    const table = keep(tensor([1, 2, 3, 4], [4, 1], { device }));
    const ids = keep(zeros([3], { device, dtype: 'i32' }));
    const before = held(device.report());
    const step = compile(device, (ids: Tensor) => embedding(table.exp().add(1), ids).sum());
    for (let call = 0; call < 6; call++) {
      write(ids, Int32Array.of(call % 4, 0, call === bad ? 4 : 1));
      const run = () => keep(scope(() => step(ids)));
      if (call === bad) expect(run).toThrow('embedding: id 4 lies outside');
      else {
        const total = run();
        const expected = [call % 4, 0, 1].reduce((sum, id) => sum + Math.exp(id + 1), 3);
        expect(await total.item()).toBeCloseTo(expected, 3);
        release(total);
      }
    }
    step[Symbol.dispose]();
    expect(held(device.report())).toEqual(before);
    release([table, ids]);
  });

  it('a step that is another one in its second run leaves nothing', async () => {
    const device = await open();
    const x = keep(ones([5], { device }));
    const before = held(device.report());
    let factor = 1;
    const step = compile(device, () => x.exp().mul(++factor));
    scope(() => void step());
    expect(() => scope(() => void step())).toThrow('affine has');
    expect(held(device.report())).toEqual(before);
    release(x);
  });
});

it.each<[string, Device]>([
  ['wasm', await wasm({ maximumBytes: 2 ** 22 })],
  ...(await webgpuDevices({ maximumBytes: 2 ** 22 })),
])(
  'a replay on %s for which there is no memory leaves nothing, wherever it ran out, and goes on',
  async (_, device) => {
    const N = 2 ** 14; // 64 KiB
    const x = keep(ones([N], { device }));
    const larger = keep(ones([2 * N], { device }));
    const step = compile(device, (x: Tensor) => ({ a: x.add(1).exp(), b: x.mul(2), total: x.add(2).sum() }));
    const run = (x: Tensor) => scope(() => void step(x));
    for (let call = 0; call < 4; call++) run(x);
    for (let call = 0; call < 2; call++) run(larger); // its first replay wants a larger workspace, and a list of its own
    let failed = 0;
    for (let free = 0; free < 12; free++) {
      const filling: Tensor[] = [];
      try {
        for (;;) filling.push(keep(zeros([N], { device })));
      } catch {
        release(filling.splice(0, free));
      }
      const before = held(device.report());
      try {
        run(larger);
      } catch (error) {
        failed++;
        expect(String(error)).toContain('bytes could not be allocated');
        expect(held(device.report()).bytes).toBeLessThanOrEqual(before.bytes);
      }
      release(filling);
      for (const t of [x, larger, x]) {
        const { a, b, total } = keep(scope(() => step(t)));
        expect(await total.item()).toBe(3 * t.size);
        expect((await b.data()).every((value) => value === 2)).toBe(true);
        release([a, b, total]);
      }
    }
    expect(failed).toBeGreaterThan(1);
    step[Symbol.dispose]();
    release([x, larger]);
    expect(held(device.report())).toEqual({ bytes: 0, buffers: 0 });
  },
);

describe('a device that was disposed of', () => {
  it.each(devices.slice(1))('holds nothing and says what became of it, whatever is asked: %s', async (name, open) => {
    const device = await open();
    const x = keep(ones([3], { device }));
    const step = compile(device, () => untracked(() => assign(x, x.mul(2))));
    const twice = compile(device, (y: Tensor) => y.mul(2));
    for (let call = 0; call < 4; call++) {
      scope(() => void step());
      scope(() => void twice(x));
    }
    expect(device.report().buffers).toBeGreaterThan(0);
    for (let i = 0; i < 2; i++) device[Symbol.dispose]!();
    expect(held(device.report())).toEqual({ bytes: 0, buffers: 0 });
    const gone = `${name}: the device was disposed of; make another one with ${name}().`;
    await expect(x.data()).rejects.toThrow(gone);
    await expect(x.to(cpu())).rejects.toThrow(gone);
    const uses: (() => unknown)[] = [
      () => write(x, [1, 2, 3]),
      () => x.exp(),
      () => x.mul(2),
      () => x.slice(0, 0, 2),
      () => zeros([1], { device }),
      () => tensor([1], [1], { device }),
      () => step(),
      () => twice(x),
    ];
    for (const use of uses) expect(() => scope(() => void use()), String(use)).toThrow(gone);
    // Giving back what it held is still nothing.
    step[Symbol.dispose]();
    twice[Symbol.dispose]();
    release(x);
  });
});

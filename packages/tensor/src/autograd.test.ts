// The tape and memory: shared values, scopes, consumption, composites, in-place ops.
import { describe, expect, it } from 'vitest';
import {
  apply,
  apply1,
  cpu,
  type Device,
  detach,
  grad,
  gradOf,
  keep,
  type Op,
  parameter,
  release,
  scope,
  type Tensor,
  tensor,
  untracked,
} from './index.ts';
import { gradcheck } from './testing.ts';

/** A composite of two outputs without a gradient of its own. */
const sumAndProduct: Op<null> = {
  name: 'test.sumAndProduct',
  inputs: ['a', 'b'],
  outputs: ['sum', 'product'],
  shape: ([a]) => [a!, a!],
  define: ([a, b]) => [a.add(b), a.mul(b)],
};

/** The reference device, counting live buffers and, if asked, with a kernel for the composite. */
function counting(withKernel: boolean): Device & { live: number } {
  const base = cpu();
  const device = {
    ...base,
    fallbacks: new Map(),
    live: 0,
    allocate(bytes: number) {
      device.live++;
      return base.allocate(bytes);
    },
    free() {
      device.live--;
    },
    find: ((op, ins, attrs) => {
      if (op.name !== sumAndProduct.name || !withKernel) return base.find(op, ins, attrs);
      const spec = ins as { shape: readonly number[]; dtype: 'f32' }[];
      const add = base.find(binaryLike('add'), spec, null);
      const mul = base.find(binaryLike('mul'), spec, null);
      if (typeof add === 'string' || typeof mul === 'string') return 'no kernel';
      return {
        scratch: 0,
        run(i, o, s) {
          add.run(i, [o[0]], s);
          mul.run(i, [o[1]], s);
        },
      };
    }) as Device['find'],
  };
  return device;
}
const binaryLike = (name: 'add' | 'mul'): Op<null> => ({
  name,
  inputs: ['a', 'b'],
  outputs: ['y'],
  shape: ([a]) => [a!],
  cpu([a, b], [y]) {
    for (let i = 0; i < y.data.length; i++) y.data[i] = name === 'add' ? a.data[i] + b.data[i] : a.data[i] * b.data[i];
  },
});

const values = async (t: Tensor) => Array.from(await t.data());

it('reading what was given back is a promise that rejects', async () => {
  const t = tensor([1], [1]);
  release(t);
  const [data, item] = [t.data(), t.item()];
  await expect(data).rejects.toThrow('its memory was already given back');
  await expect(item).rejects.toThrow('its memory was already given back');
});

describe('grad', () => {
  it('adds up over all uses of a value', async () => {
    const x = parameter(tensor([3], [1]));
    const [dx] = scope(() => grad(x.mul(x).add(x).sum(), [x]));
    expect(await values(dx)).toEqual([7]);
  });

  it.each([false, true])(
    'differentiates a two-output composite once per call, with a kernel: %s',
    async (withKernel) => {
      const device = counting(withKernel);
      const [da, db] = scope(() => {
        const a = parameter(tensor([2, 3], [2], { device }));
        const b = parameter(tensor([5, 7], [2], { device }));
        const [sum, product] = apply(sumAndProduct, [a, b], null);
        return grad(sum.add(product).sum(), [a, b]);
      });
      expect(await values(da)).toEqual([6, 8]);
      expect(await values(db)).toEqual([3, 4]);
      release([da, db]);
      expect(device.live).toBe(0);
      expect(device.fallbacks.has(sumAndProduct.name)).toBe(!withKernel);
    },
  );

  it('gives zeros where the loss does not depend on a parameter', async () => {
    const x = parameter(tensor([3], [1]));
    const y = parameter(tensor([4, 5], [2]));
    const [, dy] = scope(() => grad(x.mul(2).sum(), [x, y]));
    expect(await values(dy)).toEqual([0, 0]);
  });

  it('refuses a second pass over a consumed graph, and a loss of several elements', () => {
    const x = parameter(tensor([3, 4], [2]));
    scope(() => {
      const loss = x.mul(x).sum();
      grad(loss, [x]);
      expect(() => grad(loss, [x])).toThrowErrorMatchingInlineSnapshot(
        `[DeviceError: grad: the graph of reshape was differentiated or given back before; run the forward again, inside the same scope as grad.]`,
      );
      expect(() => grad(x.mul(x), [x])).toThrow('the loss has shape [2], not one element');
    });
  });

  it('refuses to differentiate by what nothing was recorded of, naming it', () => {
    const p = parameter(tensor([1, 2, 3], [3]));
    const x = tensor([1, 2, 3], [3]);
    const refused = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        return `${error}`;
      }
      return 'accepted';
    };
    expect(refused(() => grad(p.mul(x).sum(), [p, x]))).toMatchInlineSnapshot(
      `"OptionError: grad: wrt[1] [3] is neither a parameter nor a value of the graph; call parameter(x) before the forward."`,
    );
    for (const wrt of [detach(p), p.reshape([1, 3]).data(), undefined, 3, 'p']) {
      expect(refused(() => grad(p.sum(), [wrt as Tensor]))).toContain('OptionError: grad: wrt[0]');
    }
    expect(refused(() => gradOf([p.mul(x)], [x], [x]))).toContain('gradOf: wrt[0] [3] is neither a parameter');
    expect(refused(() => grad(p.sum(), p as never))).toContain('grad: wrt is a Tensor, not a list of tensors');
  });

  it('refuses a loss that was not recorded: zeros would be wrong wherever it does depend on a parameter', () => {
    const p = parameter(tensor([2], []));
    const constant = tensor([2], []);
    const unrecorded = [constant.mul(constant), untracked(() => p.mul(p)), detach(p.mul(p)), constant];
    for (const loss of unrecorded) {
      expect(() => grad(loss, [p])).toThrow('grad: the loss [] was not recorded');
      expect(() => gradOf([p.mul(p), loss], [constant, constant], [p])).toThrow('gradOf: ys[1] [] was not recorded');
    }
  });

  it('refuses a parameter that was a constant in the graph, and takes one made since that was none', async () => {
    const [p, x] = [parameter(tensor([2], [1])), tensor([3], [1])];
    const loss = p.mul(x.mul(x)).sum();
    parameter(x);
    expect(() => grad(loss, [x])).toThrow('wrt[0] [1] was a constant when a part of the graph was computed');
    const fresh = parameter(tensor([5], [1]));
    expect(await values(grad(p.mul(x).sum(), [x])[0])).toEqual([2]);
    expect(await values(grad(p.mul(x).sum(), [fresh])[0])).toEqual([0]);
  });

  it('refuses another device, ids, and cotangents that do not fit', () => {
    const p = parameter(tensor([1, 2], [2]));
    const far = parameter(tensor([1, 2], [2], { device: cpu({ float: 'f64' }) }));
    expect(() => grad(p.sum(), [far])).toThrow('grad: wrt[0] [2] is on cpu-f64 and what is differentiated on cpu');
    expect(() => parameter(tensor(Int32Array.of(1), [1]))).toThrow('parameter: [1] holds i32 ids');
    for (const [ys, dys] of [
      [[p], []],
      [[], []],
      [[p], [tensor([1], [1])]],
      [[p], [far]],
      [p, p],
      [[p], [null]],
    ]) {
      expect(() => gradOf(ys as Tensor[], dys as Tensor[], [p])).toThrow(/^gradOf: /);
    }
  });

  it('differentiates by a value of the graph, the loss itself, and a parameter whose memory a scope took', async () => {
    const p = parameter(tensor([3], []));
    const square = p.mul(p);
    expect(await values(grad(square.mul(square), [square])[0])).toEqual([18]);
    expect(await values(grad(p, [p])[0])).toEqual([1]);
    let inner: Tensor | undefined;
    const loss = scope(() => {
      inner = parameter(tensor([4], []));
      return inner.mul(inner);
    });
    expect(await values(grad(loss, [inner!])[0])).toEqual([8]);
  });

  it('records nothing inside untracked', () => {
    const x = parameter(tensor([3], [1]));
    expect(untracked(() => x.mul(2)).slot).toBeUndefined();
    expect(() => untracked(async () => x.mul(2))).toThrow('untracked: the function is asynchronous');
  });

  it('walks a chain of ten thousand ops', async () => {
    const x = parameter(tensor([1], [1]));
    const [dx] = scope(() => {
      let y: Tensor = x;
      for (let i = 0; i < 10_000; i++) y = y.add(1);
      return grad(y.sum(), [x]);
    });
    expect(await values(dx)).toEqual([1]);
  });
});

describe('scope', () => {
  it('gives back all but what is returned, and what its gradient needs', async () => {
    const device = counting(false);
    const x = keep(parameter(tensor([2], [1], { device })));
    const loss = scope(() => x.exp().mul(x.mul(3)).sum());
    expect(device.live).toBeGreaterThan(2);
    const [dx] = scope(() => grad(loss, [x]));
    expect((await values(dx))[0]).toBeCloseTo(3 * Math.exp(2) * 3, 4);
    release([dx, loss, x]);
    expect(device.live).toBe(0);
  });

  it('gives everything back when the body throws', () => {
    const device = counting(false);
    expect(() =>
      scope(() => {
        tensor([1], [1], { device }).add(1);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(device.live).toBe(0);
  });

  it('refuses an asynchronous body, and a tensor used after its scope', () => {
    expect(() => scope(async () => 1)).toThrow('scope: the function is asynchronous');
    let escaped: Tensor | undefined;
    scope(() => {
      escaped = tensor([1], [1]).add(1);
    });
    expect(() => escaped!.add(1)).toThrow('its memory was already given back');
  });
});

describe('in-place ops', () => {
  const increment: Op<null> = {
    name: 'test.increment',
    inputs: ['x'],
    outputs: ['y'],
    updates: { y: 'x' },
    shape: ([x]) => [x!],
    cpu([x], [y]) {
      for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] + 1;
    },
  };
  it('write into their input, and are refused where a gradient is recorded', async () => {
    const x = tensor([1, 2], [2]);
    apply1(increment, [x], null);
    expect(await values(x)).toEqual([2, 3]);
    expect(() => apply1(increment, [parameter(tensor([1], [1]))], null)).toThrow('call it inside untracked()');
  });
});

it('refuses tensors of two devices', () => {
  expect(() => tensor([1], [1]).add(tensor([1], [1], { device: cpu({ float: 'f64' }) }))).toThrow(
    'add: inputs are on cpu and on cpu-f64; move one of them with to(device).',
  );
});

it('gradcheck finds a wrong gradient', async () => {
  const wrong: Op<null> = {
    name: 'test.wrong',
    inputs: ['x'],
    outputs: ['y'],
    shape: ([x]) => [x!],
    cpu([x], [y]) {
      for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] ** 2;
    },
    vjp: ([dy], [x]) => [dy.mul(x)],
  };
  expect(await gradcheck((ins) => apply(wrong, ins, null), [{ shape: [2], values: [1, 2] }])).toBeGreaterThan(0.1);
});

// Recorded steps on every device: the same bits as the step itself, whatever changes between two calls, and nothing left behind.
import {
  assign,
  compile,
  cpu,
  type Device,
  embedding,
  full,
  grad,
  keep,
  parameter,
  release,
  scope,
  type Tensor,
  tensor,
  untracked,
  write,
  zeros,
} from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { devices, keeping } from './compile.test-data.ts';

const floats = (n: number, seed: number) => Float32Array.from(noise(n, seed));

describe.each(devices)('on %s', (_, device, twin) => {
  const { make, giveBack } = keeping(device);
  afterEach(() => {
    giveBack();
    expect(device.report().buffers).toBe(0);
  });

  it('has the bits of the step, with other values at every call', async () => {
    const body = (x: Tensor, w: Tensor) => {
      const h = x.matmul(w).softplus().add(1);
      const parts = [h.slice(1, 0, 2), h.slice(1, 2, 4).mul(h.sum().reciprocal())];
      return { y: parts[0].add(parts[1]).cumsum(0), total: h.sum(), again: x.add(0).reshape([15]) };
    };
    const step = compile(device, body);
    for (let call = 0; call < 6; call++) {
      const values = [floats(15, call), floats(12, 50 + call)];
      const inputs = (on: Device) => [make(values[0], [5, 3], on), make(values[1], [3, 4], on)] as const;
      const ours = keep(untracked(() => scope(() => step(...inputs(device)))));
      const expected = keep(untracked(() => scope(() => body(...inputs(twin)))));
      for (const name of ['y', 'total', 'again'] as const) {
        expect(await ours[name].data(), name).toEqual(await expected[name].data());
        expect(ours[name].shape).toEqual(expected[name].shape);
      }
      release([ours, expected]);
    }
    expect(step.inspect().launches).toBeGreaterThan(5);
    step[Symbol.dispose]();
  });

  it('keeps state that is written in place, of captured tensors and of inputs', async () => {
    const w = make([1, 2], [2]);
    const state = make([0, 0], [2]);
    const step = compile(device, (x: Tensor, s: Tensor) =>
      untracked(() => {
        assign(s, s.mul(0.5).add(x));
        assign(w, s, { add: true });
        return w.sum();
      }),
    );
    const expected = { w: [1, 2], s: [0, 0] };
    for (let call = 0; call < 7; call++) {
      const x = [call, 1];
      expected.s = expected.s.map((s, i) => s * 0.5 + x[i]);
      expected.w = expected.w.map((value, i) => value + expected.s[i]);
      const total = keep(scope(() => step(make(x, [2]), state)));
      expect(await total.item()).toBe(expected.w[0] + expected.w[1]);
      expect(Array.from(await state.data())).toEqual(expected.s);
      release(total);
    }
    step[Symbol.dispose]();
  });

  it('writes what is assigned straight to its place, in gradients too', async () => {
    const w = parameter(make(floats(64 * 8, 1), [64, 8]));
    const into = make(new Float32Array(64 * 8), [64, 8]);
    const body = (x: Tensor) => {
      const [dw] = grad(x.matmul(w).softplus().sum(), [w]);
      untracked(() => assign(into, dw));
    };
    const step = compile(device, (x: Tensor) => void scope(() => body(x)));
    for (let call = 0; call < 4; call++) scope(() => step(tensor(floats(5 * 64, call), [5, 64], { device })));
    expect(step.inspect().ops.map(({ op }) => op)).not.toContain('assign');
    const w2 = parameter(make(floats(64 * 8, 1), [64, 8], twin));
    const [dw] = keep(
      scope(() =>
        grad(
          make(floats(5 * 64, 3), [5, 64], twin)
            .matmul(w2)
            .softplus()
            .sum(),
          [w2],
        ),
      ),
    );
    expect(await into.data()).toEqual(await dw.data());
    release(dw);
    step[Symbol.dispose]();
  });

  it('does not write to a place that is still read', async () => {
    const state = make([1, 1, 1, 0], [2, 2]);
    const step = compile(device, () =>
      untracked(() => {
        const next = state.matmul(state);
        const before = state.sum(); // reads the old state after the new one is made
        assign(state, next);
        return before;
      }),
    );
    let expected = [1, 1, 1, 0];
    for (let call = 0; call < 4; call++) {
      const before = keep(scope(() => step()));
      expect(await before.item()).toBe(expected.reduce((a, b) => a + b));
      const [a, b, c, d] = expected;
      expected = [a * a + b * c, a * b + b * d, c * a + d * c, c * b + d * d];
      expect(Array.from(await state.data())).toEqual(expected);
      release(before);
    }
    step[Symbol.dispose]();
  });

  it('writes to one place twice only where the first value is not needed any more', async () => {
    const place = make([0, 0], [2]);
    const step = compile(device, (x: Tensor) =>
      untracked(() => {
        const first = x.mul(2);
        const second = x.mul(3);
        const sum = first.add(second); // reads the first after the second is made
        assign(place, first);
        assign(place, second);
        return sum;
      }),
    );
    for (let call = 0; call < 4; call++) {
      const sum = keep(scope(() => step(make([call, 1], [2]))));
      expect(Array.from(await sum.data())).toEqual([5 * call, 5]);
      expect(Array.from(await place.data())).toEqual([3 * call, 3]);
      release(sum);
    }
    step[Symbol.dispose]();
  });

  it('records anew for other shapes, other plain values, and tensors that moved or became parameters', async () => {
    let runs = 0;
    const w = make([2], [1]);
    const step = compile(device, (x: Tensor, options: { times: number }) => {
      runs++;
      return x.mul(w).mul(options.times).sum();
    });
    const call = async (values: number[], times: number) => {
      const y = keep(scope(() => step(make(values, [values.length]), { times })));
      const value = await y.item();
      release(y);
      return value;
    };
    for (let i = 0; i < 4; i++) expect(await call([i, 1], 3)).toBe(6 * i + 6);
    expect(runs).toBe(2);
    for (let i = 0; i < 4; i++) expect(await call([i, 1, 1], 3)).toBe(6 * i + 12);
    expect(runs).toBe(4);
    for (let i = 0; i < 4; i++) expect(await call([i, 1], 1)).toBe(2 * i + 2);
    expect(runs).toBe(6);
    w.moveTo(make([5], [1]), 0);
    for (let i = 0; i < 4; i++) expect(await call([i, 1], 3)).toBe(15 * i + 15);
    expect(runs).toBe(8);
    parameter(w);
    expect(await call([1, 1], 3)).toBe(30);
    expect(runs).toBe(9);
    step[Symbol.dispose]();
  });

  it('holds nothing but its workspace, however often it runs', async () => {
    const w = parameter(make(floats(12, 3), [3, 4]));
    const step = compile(device, (x: Tensor) => grad(x.matmul(w).sigmoid().sum(), [w])[0]);
    const x = make(floats(6, 1), [2, 3]);
    for (let i = 0; i < 3; i++) scope(() => void step(x));
    const before = device.report();
    for (let i = 0; i < 200; i++) scope(() => void step(x));
    const after = device.report();
    expect([after.bytes, after.buffers]).toEqual([before.bytes, before.buffers]);
    step[Symbol.dispose]();
  });

  it('takes what has no elements', async () => {
    const step = compile(device, (x: Tensor) => zeros([0, 3], { device }).exp().sum().add(x));
    for (let call = 0; call < 4; call++) {
      const sum = keep(scope(() => step(make([call], []))));
      expect(await sum.item()).toBe(call);
      release(sum);
    }
    const alone = compile(device, (x: Tensor) => x.pad(0, 0, 0).exp());
    for (let call = 0; call < 4; call++) scope(() => void alone(make([], [0])));
    step[Symbol.dispose]();
    alone[Symbol.dispose]();
  });

  it('checks ids at every call', () => {
    const table = make(floats(12, 1), [4, 3]);
    const ids = make(Int32Array.of(0, 3), [2]);
    const step = compile(device, (at: Tensor) => embedding(table, at).sum());
    for (let i = 0; i < 4; i++) scope(() => void step(ids));
    write(ids, [1, 4]);
    expect(() => step(ids)).toThrow('embedding: id 4 lies outside 4 rows; use 0..3.');
    write(ids, [-1, 2]);
    expect(() => step(ids)).toThrow('embedding: id -1 lies outside 4 rows');
    write(ids, [2, 2]);
    expect(() => scope(() => void step(ids))).not.toThrow();
    step[Symbol.dispose]();
  });

  it('refuses what a recording would freeze, and names the op', () => {
    const x = make([1, 2], [2]);
    const others = [make([1, 1], [2]), make([1, 1], [2])];
    let n = 0;
    const changing: [() => Tensor, RegExp][] = [
      [() => x.mul(++n), /affine has scale 2 where it had 1;/],
      [() => x.mul(tensor([++n], [1], { device })), /mul \(b\) \[1\] holds other host values/],
      [() => x.add(full([2], ++n, { device })), /full has value 2 where it had 1;/],
      [() => (++n % 2 ? x.exp() : x.neg()), /op 0 is neg where it was exp/],
      [() => (++n % 2 ? x.exp() : x.exp().exp()), /op 1 is exp where it was absent/],
      [() => x.mul(others[++n % 2]), /mul \(b\) \[2\] is another tensor/],
      [() => x.slice(0, 0, 1 + (++n % 2)), /slice has|slice \(/],
    ];
    for (const [body, message] of changing) {
      n = 0;
      const step = compile(device, () => untracked(body));
      scope(() => void step());
      expect(() => scope(() => void step())).toThrow(message);
      expect(() => scope(() => void step())).not.toThrow(); // the first of a new recording
      step[Symbol.dispose]();
    }
  });

  it('refuses to let values in or out, and what is elsewhere', async () => {
    const x = make([1, 2], [2]);
    const other = tensor([1, 2], [2], { device: cpu({ float: 'f64' }) });
    const failing: [() => unknown, RegExp][] = [
      [
        () =>
          void x
            .exp()
            .data()
            .catch(() => {}),
        /compile: data\(\) or item\(\)/,
      ],
      [() => write(x, [3, 4]), /compile: write\(\) of a tensor \[2\]/],
      [() => other.exp(), /exp ran on cpu-f64 inside a step of/],
      [async () => x, /the step is asynchronous/],
      [() => new Map([[1, x]]), /what the step returns/],
      [() => untracked(() => assign(tensor([0, 0], [2], { device }), x)), /made of host values inside the step/],
    ];
    for (const [body, message] of failing.slice(1)) {
      const step = compile(device, body);
      expect(() => scope(() => void step())).toThrow(message);
    }
    const reading = compile(device, () => {
      promise = x.exp().data();
    });
    let promise: Promise<unknown> = Promise.resolve();
    scope(() => reading());
    await expect(promise).rejects.toThrow(failing[0][1]);
    reading[Symbol.dispose]();
    const step = compile(device, (y: Tensor) => y.exp());
    expect(() => step(other)).toThrow('an input [2] is on cpu-f64');
    const twin = compile(cpu({ eager: true }), (y: Tensor) => y.exp());
    expect(() => twin(zeros([2]))).toThrow('an input [2] is on cpu but the step on another cpu;');
    expect(() => step.inspect()).toThrow('it is at the third call');
    expect(() => compile(device, (y: unknown) => y)(new Date())).toThrow('compile: the inputs hold a Date');
    expect(() => compile(device, (y: unknown) => y)(Int32Array.of(1))).toThrow('a Int32Array; give tensors');
  });

  it('returns inputs, captured tensors and constants as they are', async () => {
    const w = make([7, 8], [2]);
    const step = compile(device, (x: Tensor) => ({
      x: x.slice(0, 0, 2).reshape([2, 1]),
      same: x.reshape([3, 1]),
      w: w.reshape([1, 2]),
      c: tensor([4], [1], { device }),
      z: zeros([2], { device }),
      none: zeros([0], { device }),
      n: 3,
    }));
    for (let i = 0; i < 4; i++) {
      const out = keep(scope(() => step(make([i, 1, 2], [3]))));
      expect(out.n).toBe(3);
      expect(
        await Promise.all([out.x, out.same, out.w, out.c, out.z, out.none].map(async (t) => [...(await t.data())])),
      ).toEqual([[i, 1], [i, 1, 2], [7, 8], [4], [0, 0], []]);
      release(out);
    }
    step[Symbol.dispose]();
  });
});

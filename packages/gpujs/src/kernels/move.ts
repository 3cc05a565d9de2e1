// Primitives that move elements: broadcast, permute, slice, band; and those that join tensors: pad, concat, pack.
import { around, type BandAttrs, type Shape, size, stepsOf } from '@twilljs/tensor';
import type { Call, GpuJsKernel, Operand } from '../kernel.ts';
import { put } from './put.ts';
import { copied } from './unary.ts';
import { axesOf, walk } from './walk.ts';

const gathered = { name: 'gather', source: `function(x, from0, axes, count) {\n${walk(1)}\nreturn x[at0]; }` };

/** y[i] = x[first + the sum over axes of index * step]. */
async function gather(x: Operand, y: Shape, steps: readonly number[], call: Call, first = 0): Promise<Operand[]> {
  return [await call(gathered, size(y), [{ ...x, offset: x.offset + first }, ...axesOf(y, steps)])];
}

export const broadcastTo: GpuJsKernel<null> = {
  op: 'broadcastTo',
  run: ([x], _, [y], call) => gather(x!, y, stepsOf(x!.shape, y), call),
};

export const permute: GpuJsKernel<{ axes: readonly number[] }> = {
  op: 'permute',
  run([x], { axes }, [y], call) {
    const own = stepsOf(x!.shape, x!.shape);
    return gather(
      x!,
      y,
      axes.map((axis) => own[axis]),
      call,
    );
  },
};

export const slice: GpuJsKernel<{ axis: number; from: number }> = {
  op: 'slice',
  run([x], { axis, from }, [y], call) {
    const own = stepsOf(x!.shape, x!.shape);
    const [, , inner] = around(x!.shape, axis);
    return gather(x!, y, own, call, from * inner);
  },
};

const banded = {
  name: 'band',
  source: `function(x, from, columns, rows, low, high, fill) {
const row = Math.floor((this.thread.x + 0.5) / columns);
const off = this.thread.x - row * columns - (row - Math.floor((row + 0.5) / rows) * rows);
if (off >= low) { if (off <= high) { return x[this.thread.x + from]; } }
return fill; }`,
};

/** What no column lies beyond: programs know no infinity. */
const FAR = 2 ** 25;

export const band: GpuJsKernel<BandAttrs> = {
  op: 'band',
  async run([x], { low, high, fill }, [y], call) {
    const bound = (at: number) => Math.min(Math.max(at, -FAR), FAR);
    return [await call(banded, size(y), [x!, y.at(-1)!, y.at(-2)!, bound(low), bound(high), fill])];
  },
};

const zeros = { name: 'full', source: 'function(value) { return value; }' };

export const pad: GpuJsKernel<{ axis: number; before: number }> = {
  op: 'pad',
  async run([x], { axis, before }, [y], call) {
    const empty = await call(zeros, size(y), [0]);
    return [size(x!.shape) === 0 ? empty : await put(empty, x!, y, axis, before, call)];
  },
};

/** One after the other: a pass for each. */
async function joined(xs: readonly Operand[], y: Shape, axis: number, at: readonly number[], call: Call) {
  let whole = await call(zeros, size(y), [0]);
  for (const [i, x] of xs.entries()) {
    if (size(x.shape) > 0) whole = await put(whole, x, y, axis, at[i], call);
  }
  return [whole];
}

export const concat: GpuJsKernel<{ axis: number }> = {
  op: 'concat',
  run(xs, { axis }, [y], call) {
    let next = 0;
    const at = xs.map((x) => {
      next += x!.shape[axis];
      return next - x!.shape[axis];
    });
    return joined(xs as Operand[], y, axis, at, call);
  },
};

export const pack: GpuJsKernel<{ offsets: readonly number[] }> = {
  op: 'pack',
  run(xs, { offsets }, [y], call) {
    const flat = xs.map((x) => ({ ...x!, shape: [size(x!.shape)] }));
    return joined(flat, y, 0, offsets, call);
  },
};

export const full: GpuJsKernel<{ value: number }> = {
  op: 'full',
  run: async (_, { value }, [y], call) => [await call(zeros, size(y), [value])],
};

const added = {
  name: 'add to',
  source: 'function(y, from0, x, from1) { return y[this.thread.x + from0] + x[this.thread.x + from1]; }',
};

/** A write is a new place: what `into` held is given back. */
export const assign: GpuJsKernel<{ add: boolean }> = {
  op: 'assign',
  run: async ([into, x], { add }, [y], call) => [
    add ? await call(added, size(y), [into!, x!]) : await call(copied, size(y), [x!]),
  ],
};

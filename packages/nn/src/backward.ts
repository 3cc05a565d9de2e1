// The backward of an op as an op of its own, so that a device may have a kernel for it.
import { apply, type Op, type Tensor, vjpOfDefinition } from '@twilljs/tensor';
import { requireSame } from './shape-rules.ts';

/** Places of those inputs in `of` that are present. */
function present<A>(forward: Op<A>, of: readonly string[], ins: readonly unknown[]): number[] {
  return forward.inputs.flatMap((name, i) => (of.includes(name) && ins[i] !== null ? [i] : []));
}

/** The ids of an op whose inputs stand behind `count` others. */
function after<A>(count: number, ids: NonNullable<Op<A>['ids']>): NonNullable<Op<A>['ids']> {
  return Object.fromEntries(
    Object.entries(ids).map(([name, range]) => [name, (ins, attrs) => range(ins.slice(count), attrs)]),
  );
}

/**
 * The op `<name>Grad`: from the cotangents of the outputs and all inputs of `forward` to the cotangents of its inputs.
 * Absent optional inputs have no output. Its definition differentiates that of `forward`.
 *
 * @param of the inputs that take a gradient. Default: all.
 * @param outs outputs of `forward` that a kernel need not form again: they are the last inputs. Default: none.
 */
export function backwardOf<A>(
  forward: Op<A>,
  of: readonly string[] = forward.inputs,
  outs: readonly string[] = [],
): Op<A> {
  const count = forward.outputs.length;
  const end = count + forward.inputs.length;
  const name = `${forward.name}Grad`;
  return {
    name,
    inputs: [...forward.outputs.map((name) => `d${name}`), ...forward.inputs, ...outs],
    ...(forward.ids && { ids: after(count, forward.ids) }),
    outputs: of.map((name) => `d${name.replace('?', '')}`),
    shape(ins, attrs) {
      const xs = ins.slice(count, end);
      const ys = forward.shape(xs, attrs);
      ys.forEach((y, i) => {
        requireSame(name, `d${forward.outputs[i]}`, ins[i]!, forward.outputs[i], y);
      });
      outs.forEach((out, i) => {
        requireSame(name, out, ins[end + i]!, `the output ${out}`, ys[forward.outputs.indexOf(out)]);
      });
      return present(forward, of, xs).map((i) => xs[i]!);
    },
    define(ins, attrs) {
      const xs = ins.slice(count, end);
      const places = present(forward, of, xs);
      const needs = xs.map((_, i) => places.includes(i));
      const gradients = vjpOfDefinition(forward, ins.slice(0, count), xs, attrs, needs);
      return places.map((i) => gradients[i]!);
    },
  };
}

/** The `vjp` of `forward` through its backward op, with the outputs that this takes: one cotangent per input, null where there is none. */
export function applyBackward<A>(
  backward: Op<A>,
  forward: Op<A>,
  dys: readonly Tensor[],
  ins: readonly (Tensor | null)[],
  attrs: A,
  outs: readonly Tensor[] = [],
): (Tensor | null)[] {
  const gradients = apply(backward, [...dys, ...ins, ...outs], attrs);
  const of = forward.inputs.filter((name) => backward.outputs.includes(`d${name.replace('?', '')}`));
  const out: (Tensor | null)[] = ins.map(() => null);
  for (const [n, i] of present(forward, of, ins).entries()) out[i] = gradients[n];
  return out;
}

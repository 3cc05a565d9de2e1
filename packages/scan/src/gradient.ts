// The gradient of a recurrence as an op of its own.
import { rangeIds } from '@twilljs/nn';
import { type Op, vjpOfDefinition, zeros } from '@twilljs/tensor';
import { agree } from './shapes.ts';

/**
 * The op `<name>Grad`: from the cotangents of y and the state, and all inputs, to those of the inputs but `ranges`, the last. That of
 * an absent input, and of one that is not wanted, is [0]. Its definition differentiates that of `op`.
 *
 * @param wanted by the attributes of the gradient, which are those of `op` and may tell more. Default: all.
 */
export function gradientOf<A, G extends A = A>(
  op: Op<A>,
  wanted: (input: string, attrs: G) => boolean = () => true,
): Op<G> {
  const name = `${op.name}Grad`;
  const numbers = op.inputs.slice(0, -1);
  return {
    name,
    inputs: ['dy', 'dstate', ...op.inputs],
    outputs: numbers.map((input) => `d${input.replace('?', '')}`),
    ids: { 'ranges?': rangeIds(2) },
    shape([dy, dstate, ...ins], attrs) {
      const [y, state] = op.shape(ins, attrs);
      agree(name, 'dy', dy, y, 'the output');
      agree(name, 'dstate', dstate, state, 'the final state');
      return numbers.map((input, i) => (ins[i] && wanted(input, attrs) ? ins[i] : [0]));
    },
    define([dy, dstate, ...ins], attrs) {
      const needs = op.inputs.map((input, i) => i < numbers.length && ins[i] !== null && wanted(input, attrs));
      const ds = vjpOfDefinition(op, [dy, dstate], ins, attrs, needs);
      return numbers.map((_, i) => ds[i] ?? zeros([0], { device: dy.device }));
    },
  };
}

// The gradient of a recurrence as an op of its own.
import { type Op, vjpOfDefinition, zeros } from '@twilljs/tensor';
import { agree } from './shapes.ts';

/**
 * The op `<name>Grad`: from the cotangents of y and the state, and all inputs, to those of the inputs. That of an absent input, and
 * of one that is not wanted, is [0]. Its definition differentiates that of `op`.
 *
 * @param wanted by the attributes of the gradient, which are those of `op` and may tell more. Default: all.
 */
export function gradientOf<A, G extends A = A>(
  op: Op<A>,
  wanted: (input: string, attrs: G) => boolean = () => true,
): Op<G> {
  const name = `${op.name}Grad`;
  return {
    name,
    inputs: ['dy', 'dstate', ...op.inputs],
    outputs: op.inputs.map((input) => `d${input.replace('?', '')}`),
    shape([dy, dstate, ...ins], attrs) {
      const [y, state] = op.shape(ins, attrs);
      agree(name, 'dy', dy, y, 'the output');
      agree(name, 'dstate', dstate, state, 'the final state');
      return ins.map((shape, i) => (shape && wanted(op.inputs[i], attrs) ? shape : [0]));
    },
    define([dy, dstate, ...ins], attrs) {
      const needs = ins.map((t, i) => t !== null && wanted(op.inputs[i], attrs));
      const ds = vjpOfDefinition(op, [dy, dstate], ins, attrs, needs);
      return ds.map((d) => d ?? zeros([0], { device: dy.device }));
    },
  };
}

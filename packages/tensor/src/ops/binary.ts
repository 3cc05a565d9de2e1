// Element-wise ops of two arguments, with NumPy broadcasting.
import { apply1 } from '../apply.ts';
import type { Op } from '../op.ts';
import { broadcastShapes, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastSteps, indexMap } from './index-map.ts';
import { unbroadcast } from './reduce.ts';
import { unary } from './unary.ts';

interface Binary {
  cpu(a: number, b: number): number;
  reads: readonly ('a' | 'b' | 'y')[];
  /** Cotangents before they are summed over broadcast axes. */
  vjp(dy: Tensor, a: Tensor, b: Tensor, y: Tensor, needs: readonly boolean[]): [Tensor | null, Tensor | null];
}

export type BinaryName = 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'equal' | 'where';

const binaryTable: Record<BinaryName, Binary> = {
  add: { cpu: (a, b) => a + b, reads: [], vjp: (dy) => [dy, dy] },
  sub: { cpu: (a, b) => a - b, reads: [], vjp: (dy, _a, _b, _y, [, needB]) => [dy, needB ? unary.neg(dy) : null] },
  mul: {
    cpu: (a, b) => a * b,
    reads: ['a', 'b'],
    vjp: (dy, a, b, _, [needA, needB]) => [needA ? dy.mul(b) : null, needB ? dy.mul(a) : null],
  },
  div: {
    cpu: (a, b) => a / b,
    reads: ['b', 'y'],
    vjp: (dy, _, b, y, [, needB]) => {
      const da = dy.div(b);
      return [da, needB ? unary.neg(da.mul(y)) : null];
    },
  },
  /** At a tie each side gets half of the gradient, as in PyTorch. */
  maximum: {
    cpu: Math.max,
    reads: ['a', 'b'],
    vjp: (dy, a, b) => {
      const half = binary.equal(a, b).mul(0.5);
      // Selected, for a side that takes no part: 0 times an infinite cotangent would be NaN.
      const share = (part: Tensor) => dy.mul(part).where(part);
      return [share(unary.step(a.sub(b)).add(half)), share(unary.step(b.sub(a)).add(half))];
    },
  },
  /** 1 where equal, else 0. */
  equal: { cpu: (a, b) => (a === b ? 1 : 0), reads: [], vjp: () => [null, null] },
  /** a where b is not 0, else 0: selected, where a product would make NaN of 0 and an infinite a. */
  where: { cpu: (a, b) => (b !== 0 ? a : 0), reads: ['b'], vjp: (dy, _, b) => [dy.where(b), null] },
};

function binaryOp(name: BinaryName): Op<null> {
  const { cpu, vjp, reads } = binaryTable[name];
  return {
    name,
    inputs: ['a', 'b'],
    outputs: ['y'],
    reads,
    shape: ([a, b]) => [broadcastShapes(name, a!, b!)],
    cpu([a, b], [y]) {
      if (sameShape(a.shape, b.shape)) {
        for (let i = 0; i < y.data.length; i++) y.data[i] = cpu(a.data[i], b.data[i]);
        return;
      }
      const ia = indexMap(y.shape, broadcastSteps(y.shape, a.shape));
      const ib = indexMap(y.shape, broadcastSteps(y.shape, b.shape));
      for (let i = 0; i < y.data.length; i++) y.data[i] = cpu(a.data[ia[i]], b.data[ib[i]]);
    },
    vjp([dy], [a, b], [y], _, needs) {
      const [da, db] = vjp(dy, a, b, y, needs);
      return [da && needs[0] ? unbroadcast(da, a.shape) : null, db && needs[1] ? unbroadcast(db, b.shape) : null];
    },
  };
}

const names = /* @__PURE__ */ Object.keys(binaryTable) as BinaryName[];
export const binaryOps = /* @__PURE__ */ Object.fromEntries(names.map((name) => [name, binaryOp(name)])) as Record<
  BinaryName,
  Op<null>
>;

/** `binary.add(a, b)` and its siblings. */
export const binary = /* @__PURE__ */ Object.fromEntries(
  names.map((name) => [name, (a: Tensor, b: Tensor) => apply1(binaryOps[name], [a, b], null)]),
) as Record<BinaryName, (a: Tensor, b: Tensor) => Tensor>;

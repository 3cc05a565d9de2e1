// unroll: what a ring of rows holds, in the order of positions. n sequences, C rows of the ring.
import { apply1, flag, type Op, ShapeError, sameShape, size, type Tensor } from '@twilljs/tensor';

/** Positions of tokens, as ids. */
export const positionIds: NonNullable<Op['ids']>[string] = () => ({ below: 2 ** 31, of: 'positions' });

interface UnrollAttrs {
  /** From the order of positions into a ring: the transpose, and so the gradient. */
  inverse: boolean;
}

const unrollOp: Op<UnrollAttrs> = {
  name: 'unroll',
  inputs: ['x', 'position'],
  outputs: ['y'],
  ids: { position: positionIds },
  reads: ['position'],
  shape([x, position], { inverse }) {
    flag('unroll: inverse', inverse);
    if (!sameShape(position!, [x![0]]))
      throw new ShapeError(`unroll: position [${position}] does not fit x [${x}]; give [n] and [n,C,...].`);
    return [x!];
  },
  cpu([x, position], [y], { inverse }) {
    const [n, C, ...rest] = x.shape;
    const row = size(rest);
    y.data.fill(0);
    for (let i = 0; i < n; i++) {
      const at = position.data[i];
      for (let j = 1; j <= Math.min(at, C); j++) {
        const [ring, inOrder] = [(at - j) % C, C - j].map((r) => (i * C + r) * row);
        const [from, to] = inverse ? [inOrder, ring] : [ring, inOrder];
        for (let c = 0; c < row; c++) y.data[to + c] = x.data[from + c];
      }
    }
  },
  vjp: ([dy], [, position], _outs, { inverse }) => [apply1(unrollOp, [dy, position], { inverse: !inverse }), null],
};

/**
 * The last C positions before `position`, the latest in the last row; zeros for those that never were.
 *
 * @param x [n,C,...], rings: position p is in row p % C.
 * @param position i32 [n], tokens that each sequence had.
 * @returns [n,C,...]
 */
export const unroll = (x: Tensor, position: Tensor): Tensor => apply1(unrollOp, [x, position], { inverse: false });

// appendInPlace: a token's row into a ring of rows, in place. B batch, C rows of the ring.
import { apply1, type Op, ShapeError, sameShape, type Tensor } from '@twilljs/tensor';

export const appendInPlaceOp: Op<null> = {
  name: 'appendInPlace',
  inputs: ['buffer', 'x', 'position'],
  outputs: ['buffer'],
  ids: { position: () => ({ below: 2 ** 31, of: 'positions' }) },
  updates: { buffer: 'buffer' },
  shape([buffer, x, position]) {
    const [B, C, ...rest] = buffer!;
    if (!(C > 0) || !sameShape(x!, [B, 1, ...rest])) {
      throw new ShapeError(
        `appendInPlace: buffer [${buffer}] and x [${x}] are not [B,C,...] and [B,1,...]; reshape one of them.`,
      );
    }
    if (!sameShape(position!, [1]))
      throw new ShapeError(`appendInPlace: position [${position}] is not one number; give [1].`);
    return [buffer!];
  },
  cpu([buffer, x, position]) {
    const [B, C] = buffer.shape;
    const [at] = position.data;
    if (at < 0) return;
    const row = x.data.length / B;
    for (let b = 0; b < B; b++) {
      for (let i = 0; i < row; i++) buffer.data[(b * C + (at % C)) * row + i] = x.data[b * row + i];
    }
  },
};

/**
 * Writes the row of a token into a ring of rows, in place: row `position` % C of every sequence.
 *
 * @param buffer [B,C,...]
 * @param x [B,1,...]
 * @param position i32 [1], of the token: a tensor, so that a recording reads it anew.
 * @returns buffer
 * @throws ShapeError when the shapes disagree; OptionError for a position below 0; UnsupportedOpError where a gradient through `buffer`
 * or `x` is being recorded: call it inside `untracked`.
 */
export const appendInPlace = (buffer: Tensor, x: Tensor, position: Tensor): Tensor =>
  apply1(appendInPlaceOp, [buffer, x, position], null);

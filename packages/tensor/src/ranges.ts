// Where sequences lie among positions: begin and end of each.
import { OptionError } from './errors.ts';
import { shown } from './options.ts';

/** Begin and end of each sequence: pairs, or flat. */
export type RangeList = readonly (readonly [begin: number, end: number])[] | Int32Array;

/**
 * Refuses ranges that do not ascend, overlap or lie outside.
 *
 * @param where whose they are, for the message.
 * @param positions how many there are.
 * @returns [2n]
 * @throws OptionError naming the first that cannot be.
 */
export function checkRanges(where: string, ranges: RangeList, positions: number): Int32Array {
  const isFlat = ranges instanceof Int32Array && ranges.length % 2 === 0;
  if (!isFlat && !(Array.isArray(ranges) && ranges.every((range) => range?.length === 2))) {
    throw new OptionError(`${where}: ranges are ${shown(ranges)}; give [begin, end] of each sequence.`);
  }
  const flat: readonly number[] | Int32Array = isFlat ? (ranges as Int32Array) : (ranges as number[][]).flat();
  let last = 0;
  for (let i = 0; i < flat.length; i += 2) {
    const [begin, end] = [flat[i], flat[i + 1]];
    const fits = Number.isInteger(begin) && Number.isInteger(end) && begin >= last && end >= begin && end <= positions;
    if (!fits) {
      throw new OptionError(
        `${where}: range ${i / 2} is ${shown([begin, end])} after position ${last} of ${positions}; give ranges that ascend and share no position.`,
      );
    }
    last = end;
  }
  return Int32Array.from(flat);
}

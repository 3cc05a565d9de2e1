// Where the sum of squares of a flat gradient is cut.
import { type Device, OptionError, requireDevice, shown, type Tensor, tensor, whole } from '@twilljs/tensor';

/** Elements that are summed in one go, of one parameter. Fixed: the order of additions depends on nothing else. */
const BLOCK = 16_384;

/** A parameter's place in a flat gradient, in elements. */
export interface Span {
  readonly from: number;
  readonly size: number;
}

/**
 * Blocks of parameters, in the order in which their sums are added.
 *
 * @returns i32 [n,3]: of each block its first element, its end, and the number of the parameter.
 * @throws OptionError for what is no list of places.
 */
export function normBlocks(spans: readonly Span[], device: Device): Tensor {
  requireDevice('normBlocks', device);
  if (!Array.isArray(spans))
    throw new OptionError(`normBlocks: the spans are ${shown(spans)}; give [{ from, size }, ...].`);
  const rows = spans.flatMap((span, parameter) => {
    const { from, size } = (span ?? {}) as Span;
    whole('normBlocks: from', from, 0);
    whole('normBlocks: size', size, 0);
    return Array.from({ length: Math.ceil(size / BLOCK) }, (_, i) => {
      const first = from + i * BLOCK;
      return [first, Math.min(from + size, first + BLOCK), parameter];
    });
  });
  return tensor(Int32Array.from(rows.flat()), [rows.length, 3], { device });
}

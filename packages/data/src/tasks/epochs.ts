// A training set of so many rows.
import { whole } from '@twilljs/tensor';
import type { RandomSource } from '../source.ts';
import type { TaskParts } from './task.ts';

/**
 * For `makeTask`: distinct rows of training, each once an epoch, in a new order every time. Remembers the order of one epoch.
 *
 * @param examples how many; null or undefined for new ones for ever.
 * @throws OptionError when that is no whole number of at least 1.
 */
export function epochsOf(
  name: string,
  examples: number | null | undefined,
  source: RandomSource,
): Pick<TaskParts, 'rowOf'> {
  if (examples === null || examples === undefined) return {};
  whole(`${name}: examples`, examples, 1);
  let epoch = -1;
  let order: ArrayLike<number> = [];
  const rowOf = (i: number) => {
    if (epoch !== Math.floor(i / examples)) {
      epoch = Math.floor(i / examples);
      order = source.fork('order').fork(epoch).permutation(examples);
    }
    return order[i % examples];
  };
  return { rowOf };
}

// Which rows are the examples of a prompt: as the lm-evaluation-harness 0.4.13 draws them.
import { pythonRandom } from '@twilljs/data';
import { FileError } from '@twilljs/tensor';
import type { Row, Shots } from './benchmark.ts';

/** The harness's seed of examples. */
export const SHOT_SEED = 1234;

/**
 * Gives every document its examples. Called for the documents of a benchmark in their order, each once: one generator draws for all of them.
 *
 * @param pool the rows that examples are of.
 * @param count at least 1.
 * @throws FileError when the pool is too small.
 */
export function shotsFor(
  shots: Shots,
  pool: readonly Row[],
  count: number,
  seed = SHOT_SEED,
): (doc: Row) => readonly Row[] {
  const isOther = (doc: Row) => (row: Row) => !isEqual(row, doc);
  const needed = count + Number(shots.leavesOutDocument && shots.order === 'random');
  if (pool.length < needed) {
    throw new FileError(
      `the split of examples has ${pool.length} rows where ${needed} are needed; ask for fewer shots.`,
    );
  }
  const random = pythonRandom(seed);
  return (doc) => {
    if (shots.order === 'first') return (shots.leavesOutDocument ? pool.filter(isOther(doc)) : pool).slice(0, count);
    const drawn = random.sample(pool, needed);
    if (!shots.leavesOutDocument) return drawn;
    const others = drawn.filter(isOther(doc)).slice(0, count);
    // The pool has the document more than once, and so had the draw.
    return others.length === count ? others : random.sample(pool.filter(isOther(doc)), count);
  };
}

/** As values of JSON. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    Array.isArray(a) === Array.isArray(b) &&
    left.length === right.length &&
    left.every(([name, value]) => isEqual(value, (b as Row)[name]))
  );
}

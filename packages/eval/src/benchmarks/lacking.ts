// Tasks whose documents are made from a file that nobody has given: left out of suites, refused by themselves.
import { OptionError } from '@twilljs/tensor';
import type { Benchmark, Suite } from './benchmark.ts';

/** The file that a benchmark needs and has not; null where it has all that it needs. */
export function lackingOf({ dataset }: Benchmark): string | null {
  const file = dataset.maker?.file;
  return file?.isNeeded && !file.isGiven ? file.what : null;
}

/**
 * What is asked without what cannot be made; suites say in their titles how many tasks are left.
 *
 * @param notes told of each that is left out.
 * @throws OptionError for a benchmark that is asked by itself, and for suites of which nothing is left.
 */
export function withoutLacking(asked: readonly (Benchmark | Suite)[], notes: string[]): readonly (Benchmark | Suite)[] {
  return asked.map((one) => {
    if ('members' in one) {
      const left = partOf(one, notes);
      if (left) return left;
      throw new OptionError(`${one.name}: none of its tasks has the file that it is made from; give one.`);
    }
    const lacking = lackingOf(one);
    if (lacking === null) return one;
    throw new OptionError(
      `${one.name}: it is made from ${lacking}, which is not given; give it, or leave the task out.`,
    );
  });
}

/** Null where no member is left. */
function partOf(suite: Suite, notes: string[]): Suite | null {
  const members = suite.members.flatMap((one): (Benchmark | Suite)[] => {
    if ('members' in one) return [partOf(one, notes)].filter((part) => part !== null);
    const lacking = lackingOf(one);
    if (lacking === null) return [one];
    notes.push(`${one.name} is left out of its suite: it is made from ${lacking}, which is not given`);
    return [];
  });
  const count = (of: readonly (Benchmark | Suite)[]): number =>
    of.reduce((sum, one) => sum + ('members' in one ? count(one.members) : 1), 0);
  const [all, left] = [count(suite.members), count(members)];
  if (left === all) return suite;
  return left === 0 ? null : { ...suite, members, title: `${suite.title}, ${left} of its ${all} tasks` };
}

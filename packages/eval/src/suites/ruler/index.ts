// The suite RULER: thirteen tasks of long contexts in seven groups.
import type { Suite } from '../../benchmarks/benchmark.ts';
import { type RulerOptions, rulerBenchmark } from './benchmark.ts';
import { commonWords } from './common-words.ts';
import { frequentWords } from './frequent-words.ts';
import {
  niahMultikey1,
  niahMultikey2,
  niahMultikey3,
  niahMultiquery,
  niahMultivalue,
  niahSingle1,
  niahSingle2,
  niahSingle3,
} from './niah.ts';
import { qaHotpot } from './qa-hotpot.ts';
import { qaSquad } from './qa-squad.ts';
import type { RulerTask } from './task.ts';
import { variableTracking } from './variable-tracking.ts';

interface Group {
  readonly key: string;
  readonly title: string;
  readonly tasks: readonly RulerTask[];
}

/** As papers report them. */
const groups: readonly Group[] = [
  { key: 'single', title: 'S: one needle', tasks: [niahSingle1, niahSingle2, niahSingle3] },
  { key: 'multikey', title: 'MK: one of many keys', tasks: [niahMultikey1, niahMultikey2, niahMultikey3] },
  { key: 'multiquery', title: 'MQ: many questions', tasks: [niahMultiquery] },
  { key: 'multivalue', title: 'MV: many values', tasks: [niahMultivalue] },
  { key: 'tracking', title: 'VT: variable tracking', tasks: [variableTracking] },
  { key: 'aggregation', title: 'CWE and FWE: words counted', tasks: [commonWords, frequentWords] },
  { key: 'questions', title: 'QA: questions on documents', tasks: [qaSquad, qaHotpot] },
];

/** All thirteen, in the order of the groups. */
export const rulerTasks: readonly RulerTask[] = /* @__PURE__ */ groups.flatMap(({ tasks }) => tasks);

const SUITE = { name: 'ruler', title: 'RULER' };

/**
 * RULER: synthetic tasks of long contexts, at chosen lengths, in seven groups; the figure of each length is the mean of the tasks.
 *
 * A prompt and its answer have at most `length` tokens (in the form of the port, which counts otherwise, a few more). Words and essays are
 * Twill's own unless they are given, and the questions are left out unless they are: the notes of the results say so.
 *
 * @throws OptionError for a setting that is none; when it is evaluated, for a length that a task never fits, or that is not read at once.
 * @see Hsieh et al. 2024, https://arxiv.org/abs/2404.06654; https://github.com/NVIDIA/RULER.
 */
export function rulerSuite(options: RulerOptions = {}): Suite {
  const { lengths = [4096] } = options;
  const members = groups.map(({ key, title, tasks }) => ({
    ...{ name: `${SUITE.name}_${key}`, title },
    members: tasks.map((task) => rulerBenchmark(task, options)),
    aggregate: aggregateOf(lengths),
  }));
  return { ...SUITE, members, aggregate: aggregateOf(lengths) };
}

const aggregateOf = (lengths: readonly number[]): Suite['aggregate'] => ({
  metrics: lengths.map(String),
  weights: 'alike',
});

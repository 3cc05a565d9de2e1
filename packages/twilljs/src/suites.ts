// All suites of benchmarks as one list.
import {
  lmSuite,
  needlesSuite,
  type RulerOptions,
  recallSuite,
  recallTwiceSuite,
  rulerSuite,
  type Suite,
} from '@twilljs/eval';

/** What can be asked of documents that are made; of others nothing. */
export interface SuiteOptions extends Pick<RulerOptions, 'lengths' | 'seed' | 'form' | 'essay' | 'squad' | 'hotpot'> {
  /** A haystack of one's own. */
  readonly text?: string | undefined;
}

/** Every suite of this version, as `twill eval --tasks` names it and what is in it. @throws OptionError for a setting that is none. */
export function suitesOf({ text, ...ruler }: SuiteOptions = {}): readonly Suite[] {
  const { lengths, seed } = ruler;
  return [lmSuite, recallSuite, recallTwiceSuite, rulerSuite(ruler), needlesSuite({ lengths, seed, text })];
}

/** The same with what papers ask. */
export const suites: readonly Suite[] = /* @__PURE__ */ suitesOf();

// All suites of benchmarks as one list.
import { lmSuite, recallSuite, recallTwiceSuite } from '@twilljs/eval';

/** Every suite of this version, as `twill eval --tasks` names it and what is in it. */
export const suites = [lmSuite, recallSuite, recallTwiceSuite] as const;

// The suite recall: facts of a document in the context, by the tasks of "Just read twice".
import type { Suite } from '../../benchmarks/benchmark.ts';
import { basedDrop } from './based-drop.ts';
import { basedFda } from './based-fda.ts';
import { basedNq } from './based-nq.ts';
import { basedSquad } from './based-squad.ts';
import { basedSwde } from './based-swde.ts';
import { basedTriviaqa } from './based-triviaqa.ts';

const tasks = [basedSwde, basedSquad, basedFda, basedTriviaqa, basedNq, basedDrop];

/** A document read once; with it, those of which papers on linear attention report figures. */
export const recallSuite: Suite = {
  name: 'recall',
  title: 'Recall from a document',
  members: /* @__PURE__ */ tasks.map(({ once }) => once),
  aggregate: { metrics: ['contains'], weights: 'alike' },
};

/** A document read twice. */
export const recallTwiceSuite: Suite = {
  name: 'recall_twice',
  title: 'Recall from a document that is read twice',
  members: /* @__PURE__ */ tasks.map(({ twice }) => twice),
  aggregate: { metrics: ['contains'], weights: 'alike' },
};

// All tasks as one list, to hand to sweeps and reports.
import {
  circuitsTask,
  formalParityTask,
  madCompressionTask,
  madFuzzyRecallTask,
  madMemorizationTask,
  madNoisyRecallTask,
  madRecallTask,
  modularArithmeticBracketsTask,
  modularArithmeticTask,
  mqarCompositionalTask,
  mqarForgettingTask,
  mqarTask,
  mqarUniformTask,
  mqarZoologyTask,
  ngramLookupTask,
  parityTask,
  selectiveCopyingTask,
  stringCopyingTask,
  textTask,
  wordProblemTask,
} from '@twilljs/eval';

/** Every task of this version, as `--task` and specifications name them. */
export const tasks = [
  ...[mqarTask, mqarUniformTask, mqarZoologyTask, mqarForgettingTask, mqarCompositionalTask],
  ...[madRecallTask, madNoisyRecallTask, madFuzzyRecallTask, madMemorizationTask, madCompressionTask],
  ...[
    parityTask,
    circuitsTask,
    wordProblemTask,
    formalParityTask,
    modularArithmeticTask,
    modularArithmeticBracketsTask,
  ],
  ...[selectiveCopyingTask, stringCopyingTask, ngramLookupTask, textTask],
] as const;

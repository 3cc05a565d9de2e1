// The measures that a command line and a specification know by name, beside those of the tasks.
import {
  bitsByLength,
  firstTokenMass,
  inContextLearning,
  largestActivation,
  largestOverMedian,
  lossByPosition,
  type Measure,
  meanForgetGate,
  memoryLength,
  mixerBranch,
  mlpBranch,
} from '@twilljs/eval';

export const measures: readonly Measure[] = [
  ...[meanForgetGate, memoryLength, mixerBranch, mlpBranch, firstTokenMass, largestActivation, largestOverMedian],
  ...[lossByPosition, bitsByLength, inContextLearning],
];

// The measures that a command line and a specification know by name, beside those of the tasks.
import { type Measure, meanForgetGate, memoryLength } from '@twilljs/eval';

export const measures: readonly Measure[] = [meanForgetGate, memoryLength];

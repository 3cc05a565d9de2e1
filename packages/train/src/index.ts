// @twilljs/train: the optimiser, schedules and the trainer.
export { DivergenceError } from './errors.ts';
export { AdamW, type AdamWOptions } from './optimizer.ts';
export { MOST_TOKENS, type TrainOptions, type TrainSettings, trainFields, trainOptions } from './options.ts';
export { readSweepResults } from './read-sweep-results.ts';
export { learningRate, type Schedule } from './schedule.ts';
export { type Counters, parseSnapshot, type Snapshot, snapshotFiles } from './snapshot.ts';
export { type CellPlace, cellPlaces, countsOf, type ModelCounts, planSweep, type SweepCell } from './sweep-plan.ts';
export { type SweepPreset, sweepPresets } from './sweep-presets.ts';
export {
  type LossPoint,
  type PositionLoss,
  RESULTS_VERSION,
  STATE_CONTEXTS,
  type SweepCellResult,
  type SweepResults,
  thinned,
} from './sweep-results.ts';
export { readSweepSpec, type SweepGrid, type SweepSpec, type SweepTask } from './sweep-spec.ts';
export { type StepRecord, Trainer } from './trainer.ts';
export type { Validation } from './validation.ts';

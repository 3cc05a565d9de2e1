// @twilljs/sweep: grids of models as data: specifications, plans and results.
export type { Known } from './known.ts';
export { type CellPlace, cellPlaces, planSweep, type SweepCell } from './plan.ts';
export { readSweepResults } from './read-results.ts';
export {
  type LossPoint,
  type PositionLoss,
  RESULTS_VERSION,
  type SweepCellResult,
  type SweepResults,
  thinned,
} from './results.ts';
export { configOf, type ModelSize } from './sizes.ts';
export {
  type LanguageData,
  type RecallData,
  readSweepSpec,
  type SweepGrid,
  type SweepSpec,
  type SweepTask,
  type SweepTraining,
} from './spec.ts';

// @twilljs/sweep: grids of models as data: specifications, plans and results.
export type { Axes, Setting, Settings } from './axes.ts';
export type { CellOptions } from './cell-options.ts';
export {
  type Asked,
  familiesOf,
  furtherMeasures,
  type Known,
  measuresNamed,
  measureWord,
  mixerNamed,
} from './known.ts';
export { type CellPlace, cellPlaces, planSweep, type SweepCell } from './plan.ts';
export {
  missingText,
  type ProtocolModels,
  type ProtocolScore,
  partialScores,
  protocolScores,
  protocolSpec,
  type SettingScore,
} from './protocol.ts';
export { readSweepResults } from './read-results.ts';
export {
  type CellFacts,
  type LossPoint,
  RESULTS_VERSION,
  type SweepCellResult,
  type SweepResults,
  thinned,
  valueIn,
} from './results.ts';
export { configOf, type ModelSize } from './sizes.ts';
export { readSweepSpec, type SweepGrid, type SweepSpec } from './spec.ts';
export { trainingSpeed } from './speed.ts';

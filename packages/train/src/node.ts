// What needs files or a terminal.
export type { Best, Better } from './best.ts';
export { type Checkpoint, Checkpoints } from './checkpoints.ts';
export { type Code, changedSince, codeOf } from './code.ts';
export { datasetFiles } from './dataset-files.ts';
export { firstDifference } from './difference.ts';
export { freshModel, requireTrainingMemory } from './fresh-model.ts';
export { weightsHash } from './hash.ts';
export { type LoadedRun, type LoadRunOptions, loadRun } from './load-run.ts';
export { lockDirectory } from './lock.ts';
export { MetricsLog } from './metrics.ts';
export type { Measurement } from './metrics-lines.ts';
export { type ProgressBar, type ProgressOptions, type ProgressStream, progressBar } from './progress.ts';
export { type Metrics, MetricsReader, readMetrics } from './read-metrics.ts';
export {
  type Every,
  type Extension,
  type Init,
  type Machine,
  type Origin,
  type ParameterCounts,
  type RunRecord,
  type RunStatus,
  readRunRecord,
  trainVersion,
} from './record.ts';
export { trainRun } from './run.ts';
export type { RunOptions, RunResult } from './run-options.ts';
export { type RunText, type RunTextOptions, textOfRun, whereItBegan } from './run-text.ts';

// What needs files or a terminal.
export type { Best, Better } from './best.ts';
export { type Checkpoint, Checkpoints } from './checkpoints.ts';
export { weightsHash } from './hash.ts';
export { type LoadedRun, type LoadRunOptions, loadRun } from './load-run.ts';
export { MetricsLog } from './metrics.ts';
export type { Measurement } from './metrics-lines.ts';
export { type ProgressBar, type ProgressOptions, type ProgressStream, progressBar } from './progress.ts';
export { type Metrics, MetricsReader, readMetrics } from './read-metrics.ts';
export { type Extension, type Init, type Machine, type RunRecord, type RunStatus, readRunRecord } from './record.ts';
export { trainRun } from './run.ts';
export type { RunOptions, RunResult } from './run-options.ts';
export { type CellPhase, type CellState, type SweepOptions, type SweepOutcome, sweep } from './sweep.ts';
export { readUnfinished, type UnfinishedCell } from './sweep-directory.ts';
export {
  readSweepRecord,
  type SweepOrigin,
  type SweepRecord,
  sweepRecordOf,
} from './sweep-record.ts';

// What needs files or a terminal.
export { type Checkpoint, Checkpoints } from './checkpoints.ts';
export { MetricsLog } from './metrics.ts';
export { type ProgressBar, type ProgressOptions, type ProgressStream, progressBar } from './progress.ts';
export { type Measurement, type Metrics, MetricsReader, readMetrics } from './read-metrics.ts';
export { type RunOptions, type RunResult, trainRun } from './run.ts';
export { type CellPhase, type CellState, type SweepOptions, type SweepOutcome, sweep } from './sweep.ts';
export {
  readSweepRecord,
  type SweepCorpus,
  type SweepOrigin,
  type SweepRecord,
  sweepRecordOf,
} from './sweep-record.ts';

// What needs files and processes.
export { hasCellResult, readUnfinished, type UnfinishedCell } from './directory.ts';
export { type CellJob, type JobContext, jobOf, type TrainCellOptions, trainCell } from './job.ts';
export { type MeasuredSweep, type MeasureSweepOptions, measureSweep, type TrainedModel } from './measured.ts';
export { moduleFault } from './module-fault.ts';
export { isModulePath, knownWith, type LoadedModule, loadModule, type ModuleKind } from './modules.ts';
export { cellDirectory } from './names.ts';
export { knownIn, type OpenedSpec, type OpenSpecOptions, openSpec } from './open-spec.ts';
export { inProcesses, serveCells } from './processes.ts';
export { readSweepRecord, type SweepOrigin, type SweepRecord, sweepRecordOf } from './record.ts';
export {
  type CellPhase,
  type CellProgress,
  type CellState,
  type SweepOptions,
  type SweepOutcome,
  sweep,
  threadsPerCell,
} from './sweep.ts';
export {
  corpusOf,
  originOf,
  readSweepText,
  recordedFiles,
  type SweepText,
  type TextChoice,
  tokenizerOfSweep,
} from './text.ts';

// What needs files and processes.
export { readUnfinished, type UnfinishedCell } from './directory.ts';
export { readSweepRecord, type SweepOrigin, type SweepRecord, sweepRecordOf } from './record.ts';
export { type CellPhase, type CellState, type SweepOptions, type SweepOutcome, sweep } from './sweep.ts';

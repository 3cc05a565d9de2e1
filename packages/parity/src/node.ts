// Golden files on disk, replayed: how far every tensor is off.
export { type Outcome, type ReplayOptions, replayGoldens } from './replay.ts';
export { dataOf, faultOf, isWithin, textOf } from './report.ts';

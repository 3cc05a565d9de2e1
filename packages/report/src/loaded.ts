// What was read of a sweep's directory.
import type { Known, SweepResults } from '@twilljs/sweep';
import type { SweepRecord, UnfinishedCell } from '@twilljs/sweep/node';

/** A sweep that was read from its directory. */
export interface LoadedSweep {
  readonly directory: string;
  /** What was handed in, and what its own modules add. */
  readonly known: Known;
  readonly results: SweepResults;
  /** Null where `sweep.json` is no longer beside the results. */
  readonly record: SweepRecord | null;
  /** Cells that have no result yet, where the sweep has not come to its end. */
  readonly unfinished: readonly UnfinishedCell[];
  /** On which its cells were trained; none where the runs are gone. */
  readonly machines: readonly Machine[];
}

export interface Machine {
  readonly device: string;
  readonly tier: string | null;
  readonly node: string;
}

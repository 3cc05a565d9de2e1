// What a recorded step runs, for people.
import type { KernelLaunch } from './device.ts';
import type { RecordedOp } from './recording.ts';

/** An op of a recorded step. */
export interface StepOp {
  readonly op: string;
  /** Ops whose definition or gradient (`name'`) asked for it, outermost first. */
  readonly by: readonly string[];
  readonly launches: readonly KernelLaunch[];
  /** Bytes that it reads and writes. */
  readonly bytes: number;
  /** Bytes of scratch that its launches share. */
  readonly scratch: number;
}

/** What a recorded step runs, op by op, and the memory it needs. */
export interface StepReport {
  readonly ops: readonly StepOp[];
  /** Launches in all. */
  readonly launches: number;
  /** Bytes of the workspace that the step wants: everything that lives inside it. */
  readonly workspaceBytes: number;
}

/** @param launches of each op. */
export function reportOf(
  ops: readonly RecordedOp[],
  launches: readonly (readonly KernelLaunch[])[],
  workspaceBytes: number,
): StepReport {
  const reports = ops.map(({ op, by, ins, outs, runner }, i) => ({
    op: op.name,
    by,
    launches: launches[i],
    bytes: [...ins, ...outs].reduce((sum, operand) => sum + (operand?.bytes ?? 0), 0),
    scratch: runner.scratch,
  }));
  return { ops: reports, launches: reports.reduce((sum, { launches }) => sum + launches.length, 0), workspaceBytes };
}

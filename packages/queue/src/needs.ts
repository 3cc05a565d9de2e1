// What cells need of whoever trains them. Cells with about the same needs lie in one queue of BullMQ, and a worker takes from those that fit.
import type { SweepCell } from '@twilljs/sweep';

/** Weight, gradient and two moments of a parameter, as the trainer counts them before it makes a model. */
const BYTES = 16;

/** Cells whose needs have the same powers of two above them. */
export interface NeedClass {
  readonly name: string;
  readonly cells: number;
  /** Bytes of the largest of them, without what a step adds for a while. */
  readonly memory: number;
  /** Floating-point operations of the longest of them. */
  readonly flops: number;
}

/** What a worker has for a cell. */
export interface Means {
  /** Bytes. */
  readonly memory: number;
  /** Floating-point operations until its time is over; Infinity where it has all the time. */
  flops(): number;
}

const power = (of: number): number => Math.ceil(Math.log2(of));

/** Name of the class of a cell. */
export const classOf = ({ parameters, trainingFlops }: SweepCell): string =>
  `m${power(BYTES * parameters)}f${power(trainingFlops)}`;

/** The classes of a sweep, those with the longest cells first. */
export function classesOf(cells: readonly SweepCell[]): NeedClass[] {
  const all = new Map<string, NeedClass>();
  for (const cell of cells) {
    const name = classOf(cell);
    const { cells: n, memory, flops } = all.get(name) ?? { cells: 0, memory: 0, flops: 0 };
    all.set(name, {
      ...{ name, cells: n + 1 },
      memory: Math.max(memory, BYTES * cell.parameters),
      flops: Math.max(flops, cell.trainingFlops),
    });
  }
  return [...all.values()].sort((a, b) => b.flops - a.flops);
}

/** Whether a worker with these means trains such a cell. */
export const fits = ({ memory, flops }: NeedClass, means: Means): boolean =>
  memory <= means.memory && flops <= means.flops();

/** Why a worker skips a class, in words; null where it does not. */
export function skipText(need: NeedClass, means: Means): string | null {
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toPrecision(2)} GiB`;
  const of = `${need.cells} ${need.cells === 1 ? 'cell' : 'cells'}`;
  if (need.memory > means.memory) {
    return `skips ${of} of up to ${gigabytes(need.memory)}: here are ${gigabytes(means.memory)} for each`;
  }
  const left = means.flops();
  if (need.flops <= left) return null;
  return `skips ${of} of up to ${need.flops.toExponential(1)} FLOPs: the time that is left here suffices for ${left.toExponential(1)}`;
}

// What a recording fills with one number and never changes, such as the cotangents of outputs that nobody used: it is filled once.
import type { Device } from './device.ts';
import { fullOp } from './ops/fill.ts';
import type { Memory, Operand, RecordedOp } from './recording.ts';
import { Storage } from './storage.ts';

/** The number with which an op fills memory that nobody else writes; null for any other op. */
function numberOf({ op, attrs, outs: [out] }: RecordedOp, writers: ReadonlyMap<Memory, number>): string | null {
  if (op !== fullOp || writers.get(out.memory) !== 1) return null;
  const { value } = attrs as { value: number };
  return Object.is(value, -0) ? '-0' : `${value}`;
}

/**
 * Takes such ops out of a recording.
 *
 * @param kept memories that outlive the step.
 * @param places where made memories lie that lie elsewhere: those that are filled once are added.
 * @returns the other ops, and the memory that was filled: one for each number, as large as the largest that asks for it.
 */
export function filledOnce(
  device: Device,
  ops: readonly RecordedOp[],
  kept: ReadonlySet<Memory>,
  places: Map<number, Operand>,
): { ops: readonly RecordedOp[]; filled: readonly Storage[] } {
  const writers = new Map<Memory, number>();
  for (const { outs } of ops) for (const { memory } of outs) writers.set(memory, (writers.get(memory) ?? 0) + 1);
  const wanted = new Map<string, RecordedOp[]>();
  for (const op of ops) {
    const value = numberOf(op, writers);
    const { memory } = op.outs[0];
    if (value === null || memory.kind !== 'made' || kept.has(memory) || places.has(memory.made)) continue;
    wanted.set(value, [...(wanted.get(value) ?? []), op]);
  }
  const dropped = new Set([...wanted.values()].flat());
  const filled = [...wanted.values()].map((list) => {
    const storage = new Storage(device, Math.max(...list.map(({ outs }) => outs[0].bytes)));
    const { runner } = list.find(({ outs }) => outs[0].bytes === storage.bytes)!;
    runner.run([], [storage.buffer], null);
    for (const { outs } of list) {
      const [{ memory, shape }] = outs;
      if (memory.kind === 'made') {
        places.set(memory.made, { memory: { kind: 'captured', storage }, offset: 0, bytes: memory.bytes, shape });
      }
    }
    return storage;
  });
  return { ops: ops.filter((op) => !dropped.has(op)), filled };
}

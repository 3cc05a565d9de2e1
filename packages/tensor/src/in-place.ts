// Copies that a recording does without: what is stored somewhere right after it was made is made there.
import { assignOp } from './ops/fill.ts';
import type { Memory, Operand, RecordedOp } from './recording.ts';

/** Which ops of a recording touch each made memory, first and last. */
interface Use {
  readonly first: number;
  last: number;
}

/**
 * Finds the stores that need not run, since the op that makes the value can write it to its place: nobody else may see that place
 * from then until the store, nor may the value be needed after the place changes again.
 *
 * @param kept memories that outlive the step.
 * @returns ops without those stores, and where the made memories lie that they had copied.
 */
export function writtenInPlace(
  ops: readonly RecordedOp[],
  kept: ReadonlySet<Memory>,
): { ops: RecordedOp[]; places: Map<number, Operand> } {
  const uses = usesOf(ops);
  const places = new Map<number, Operand>();
  const dropped = new Set<number>();
  ops.forEach(({ op, attrs, ins, outs }, at) => {
    if (op !== assignOp || (attrs as { add: boolean }).add) return;
    const [place, value] = [outs[0], ins[1]!];
    const { memory } = value;
    if (memory.kind !== 'made' || kept.has(memory) || places.has(memory.made)) return;
    if (value.offset !== 0 || value.bytes !== memory.bytes) return;
    if (place.memory.kind === 'made' || place.memory.kind === 'constant') return;
    const { first, last } = uses.get(memory.made)!;
    for (let i = first; i <= last; i++) {
      if (i !== at && !dropped.has(i) && touches(ops[i], place, memory.made, places)) return;
    }
    places.set(memory.made, place);
    dropped.add(at);
  });
  return { ops: ops.filter((_, i) => !dropped.has(i)), places };
}

function usesOf(ops: readonly RecordedOp[]): Map<number, Use> {
  const uses = new Map<number, Use>();
  ops.forEach(({ ins, outs }, at) => {
    for (const operand of [...ins, ...outs]) {
      if (operand?.memory.kind !== 'made') continue;
      const use = uses.get(operand.memory.made);
      if (use) use.last = at;
      else uses.set(operand.memory.made, { first: at, last: at });
    }
  });
  return uses;
}

/** Whether an op reads or writes a part of `place` otherwise than as the made memory itself, or where it may lie. */
function touches(
  { op, ins, outs }: RecordedOp,
  place: Operand,
  made: number,
  places: ReadonlyMap<number, Operand>,
): boolean {
  const isMade = ({ memory }: Operand) => memory.kind === 'made' && memory.made === made;
  const over = op.mayUpdate?.[op.outputs[outs.findIndex(isMade)]];
  return [...ins, ...outs].some((operand, i) => {
    if (operand === null || isMade(operand)) return false;
    if (over !== undefined && i === op.inputs.indexOf(over) && operand.offset === place.offset) return false;
    const other = operand.memory.kind === 'made' ? places.get(operand.memory.made) : operand;
    return other !== undefined && overlaps(other, place);
  });
}

function overlaps(a: Operand, b: Operand): boolean {
  const [x, y] = [a.memory, b.memory];
  const same =
    (x.kind === 'input' && y.kind === 'input' && x.input === y.input) ||
    (x.kind === 'captured' && y.kind === 'captured' && x.storage === y.storage);
  return same && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

// Whether a second run of a step was the first one again.
import { OptionError } from './errors.ts';
import { shown } from './options.ts';
import type { Memory, Operand, RecordedOp, Recording } from './recording.ts';
import { sameShape } from './shape.ts';

/** Refuses a second run that is not the first one again. @throws OptionError naming the op. */
export function requireSame(first: Recording, second: Recording): void {
  const count = Math.max(first.ops.length, second.ops.length);
  for (let i = 0; i < count; i++) {
    const a = first.ops[i];
    const b = second.ops[i];
    if (!a || !b || a.op.name !== b.op.name) {
      throw changed(`op ${i} is ${b?.op.name ?? 'absent'} where it was ${a?.op.name ?? 'absent'}`);
    }
    requireSameOp(a, b);
  }
  requireSameResult(first.returned, second.returned);
}

function requireSameResult(first: Recording['returned'], second: Recording['returned']): void {
  const isTensor = (leaf: Recording['returned'][number]) => typeof leaf === 'object' && leaf !== null;
  for (let i = 0; i < Math.max(first.length, second.length); i++) {
    const [a, b] = [first[i], second[i]];
    if (!isTensor(a) || !isTensor(b)) {
      if (Object.is(a, b)) continue;
      const text = (leaf: typeof a) => (isTensor(leaf) ? `a tensor [${leaf.operand.shape}]` : shown(leaf));
      throw changed(`the step returns ${text(b)} where it returned ${text(a)}`);
    }
    const [x, y] = [a.operand, b.operand];
    if (sameShape(x.shape, y.shape) && sameMemory(x, y)) continue;
    throw changed(`the step returns another tensor [${y.shape}] where it returned [${x.shape}]`);
  }
}

function requireSameOp(a: RecordedOp, b: RecordedOp): void {
  const { name, inputs } = a.op;
  const other = difference(a.attrs, b.attrs, 'attributes');
  if (other) throw changed(`${name} has ${other.at} ${shown(other.now)} where it had ${shown(other.before)}`);
  const operands = (op: RecordedOp) => [...op.ins, ...op.outs];
  const others = operands(b);
  operands(a).forEach((before, i) => {
    const now = others[i];
    const what = `${name} (${inputs[Math.min(i, inputs.length - 1)] ?? 'output'})`;
    if (before === null || now === null || now === undefined) {
      if (before !== now) throw changed(`${what} is ${now ? 'there' : 'absent'}, which it was not before`);
      return;
    }
    if (!sameShape(before.shape, now.shape)) throw changed(`${what} is [${now.shape}] where it was [${before.shape}]`);
    if (!sameMemory(before, now)) throw changed(`${what} [${now.shape}] ${differenceOf(before.memory, now.memory)}`);
  });
}

function changed(fact: string): OptionError {
  return new OptionError(
    `compile: in the second run ${fact}; what changes from run to run must be an input: hand it in as a tensor.`,
  );
}

function sameMemory(a: Operand, b: Operand): boolean {
  if (a.offset !== b.offset || a.bytes !== b.bytes) return false;
  const [x, y] = [a.memory, b.memory];
  if (x.kind === 'input') return y.kind === 'input' && x.input === y.input;
  if (x.kind === 'captured') return y.kind === 'captured' && x.storage === y.storage;
  if (x.kind === 'made') return y.kind === 'made' && x.made === y.made && x.bytes === y.bytes;
  return y.kind === 'constant' && x.data.length === y.data.length && x.data.every((byte, i) => byte === y.data[i]);
}

function differenceOf(a: Memory, b: Memory): string {
  if (a.kind === 'constant' && b.kind === 'constant') return 'holds other host values than in the first';
  return 'is another tensor than in the first';
}

/** The first place where two values are not the same: the path of names to it, and both sides. */
function difference(before: unknown, now: unknown, at: string): { at: string; before: unknown; now: unknown } | null {
  if (typeof before !== 'object' || typeof now !== 'object' || before === null || now === null) {
    return Object.is(before, now) ? null : { at, before, now };
  }
  const [x, y] = [before as Record<string, unknown>, now as Record<string, unknown>];
  for (const name of new Set([...Object.keys(x), ...Object.keys(y)])) {
    const found = difference(x[name], y[name], at === 'attributes' ? name : `${at}.${name}`);
    if (found) return found;
  }
  return null;
}

// What a recorded step runs, as one table: ops of one name that were asked for by the same are one row.
import { bytesText, grouped } from '@twilljs/eval';
import type { StepOp, StepReport } from '@twilljs/tensor';
import { table } from '../text/table.ts';

interface Row {
  readonly name: string;
  readonly ops: readonly StepOp[];
}

const HEAD = ['op', 'ops', 'launches', 'units', 'bytes', 'scratch'];

/** The ops with what they touch, the most bytes first, and what the step needs in all. */
export function stepText(title: string, { ops, launches, workspaceBytes }: StepReport): string {
  const byName = new Map<string, StepOp[]>();
  for (const op of ops) {
    const name = [op.op, ...op.by.toReversed()].join(' of ');
    byName.set(name, [...(byName.get(name) ?? []), op]);
  }
  const rows = [...byName].map(([name, ops]): Row => ({ name, ops })).sort((a, b) => bytesOf(b) - bytesOf(a));
  const body = table(HEAD, [...rows, { name: 'all', ops }].map(cellsOf));
  return `${title}: ${grouped(launches)} launches, a workspace of ${bytesText(workspaceBytes)}\n\n${body}`;
}

const sum = (ops: readonly StepOp[], of: (op: StepOp) => number): number => ops.reduce((n, op) => n + of(op), 0);

const bytesOf = ({ ops }: Row): number => sum(ops, ({ bytes }) => bytes);

/** Scratch is that of the op that wants most: one after the other takes it. */
function cellsOf(row: Row): string[] {
  const { name, ops } = row;
  const units = sum(ops, ({ launches }) => launches.reduce((n, { units }) => n + units, 0));
  const scratch = Math.max(0, ...ops.map((op) => op.scratch));
  const counts = [ops.length, sum(ops, ({ launches }) => launches.length), units].map(grouped);
  return [name, ...counts, bytesText(bytesOf(row)), scratch === 0 ? '' : bytesText(scratch)];
}

// What a recorded step runs, as one table: ops of one name that were asked for by the same are one row.
import { bytesText, grouped } from '@twilljs/eval';
import type { LanguageModel } from '@twilljs/hybrid';
import type { KernelTime, StepOp, StepReport } from '@twilljs/tensor';
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

/**
 * Both steps of a model, after a line that says which it is.
 *
 * @param batch rows, and tokens of a row, of the training step.
 */
export function stepsText(
  { config: { layers, mixers, model }, device }: LanguageModel,
  {
    training,
    decoding,
    times,
  }: { readonly training: StepReport; readonly decoding: StepReport; readonly times?: readonly KernelTime[] },
  [rows, tokens]: readonly [number, number],
): string {
  const full = layers.filter(({ family }) => family.role === 'softmax').length;
  return [
    `${mixers[0].family.title}, ${full} of ${layers.length} layers softmax, width ${model.hidden_size}, on ${device.label}\n`,
    stepText(`a training step of ${rows} x ${tokens} tokens`, training),
    stepText('a decoding step', decoding),
    ...(times ? [timesText(times)] : []),
    "bytes: read and written; of matmul': for the gradient of a matmul\n",
  ].join('\n');
}

/** Kernels of a training step by the device's own clock. */
function timesText(times: readonly KernelTime[]): string {
  const all = times.reduce((ms, time) => ms + time.ms, 0);
  const rows = times.map(({ kernel, launches, ms }) => [
    kernel,
    grouped(launches),
    `${ms.toFixed(2)} ms`,
    `${((100 * ms) / all).toFixed(1)} %`,
  ]);
  return `the training step by the clock of the device, each launch timed apart: ${all.toFixed(1)} ms\n\n${table(['kernel', 'launches', 'time', ''], rows)}`;
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

// What was found of a device, as `twill doctor` says it.
import { wrapped } from '../text/wrapped.ts';

/** A device and how far its numbers are off; or why it could not be used at all. */
export interface CheckedDevice {
  readonly device: string;
  readonly problem?: string;
  /** Of a device that can have several, and why there is one only. */
  readonly threads?: { readonly count: number; readonly reason: string };
  readonly ok: boolean;
  /** Relative. */
  readonly lossError: number;
  readonly gradientError: number;
  /** Names of ops. */
  readonly kernels: readonly string[];
  readonly definitions: readonly { readonly op: string; readonly reason: string; readonly count: number }[];
}

const INDENT = ' '.repeat(14);

export function checkText({
  device,
  problem,
  threads,
  ok,
  lossError,
  gradientError,
  kernels,
  definitions,
}: CheckedDevice): string {
  if (problem) return `check         FAILED on ${device}: ${problem}\n`;
  const lines = [
    `check         ${ok ? 'passed' : 'FAILED'} on ${device}: a training step of every mixer against f64;\n` +
      `${INDENT}loss off by ${lossError.toExponential(1)}, gradients by ${gradientError.toExponential(1)}`,
    ...(threads?.count === 1 ? [`threads       1: ${threads.reason}`] : []),
    `kernels       ${wrapped(`${kernels.length} ops: ${kernels.join(', ') || 'none'}`, 80 - INDENT.length).replaceAll('\n', `\n${INDENT}`)}`,
    definitions.length === 0
      ? 'definitions   none: no op takes its slow form'
      : `definitions   ${definitions.length} ops take their slow form:`,
    ...definitions.map(({ op, reason, count }) => `${INDENT}${op} (${count} x): ${reason}`),
  ];
  return `${lines.join('\n')}\n`;
}

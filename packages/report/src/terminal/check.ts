// What was found of a device, as `twill doctor` says it.
import { wrapped } from '../text/wrapped.ts';

/** A device and how far its numbers are off; or why it could not be used at all. */
export interface CheckedDevice {
  readonly device: string;
  readonly problem?: string;
  /** Of a device that can have several, and why there is one only. */
  readonly threads?: { readonly count: number; readonly reason: string };
  /** Of a device with several builds, and why no faster one runs. */
  readonly tier?: { readonly name: string; readonly reason: string };
  /** Where it was chosen among several: why this one. */
  readonly choice?: string;
  readonly ok: boolean;
  /** Relative. */
  readonly lossError: number;
  readonly gradientError: number;
  /** Names of ops. */
  readonly kernels: readonly string[];
  readonly definitions: readonly { readonly op: string; readonly reason: string; readonly count: number }[];
}

const INDENT = ' '.repeat(14);

/** A line, and where it is long those under it. */
const titled = (title: string, text: string): string =>
  `${title.padEnd(INDENT.length)}${wrapped(text, 80 - INDENT.length).replaceAll('\n', `\n${INDENT}`)}`;

/** What `twill doctor` says of a device. */
export function checkText({
  device,
  problem,
  threads,
  tier,
  choice,
  ok,
  lossError,
  gradientError,
  kernels,
  definitions,
}: CheckedDevice): string {
  // What a device says of itself begins with its name.
  if (problem) return `check         FAILED: ${problem}\n`;
  const lines = [
    `check         ${ok ? 'passed' : 'FAILED'} on ${device}: a training step of every mixer against f64;\n` +
      `${INDENT}loss off by ${lossError.toExponential(1)}, gradients by ${gradientError.toExponential(1)}`,
    ...(choice ? [titled('chosen', choice)] : []),
    ...(threads?.count === 1 ? [titled('threads', `1: ${threads.reason}`)] : []),
    ...(tier?.reason ? [titled('tier', `${tier.name}: ${tier.reason}`)] : []),
    titled('kernels', `${kernels.length} ops: ${kernels.join(', ') || 'none'}`),
    definitions.length === 0
      ? 'definitions   none: no op takes its slow form'
      : `definitions   ${definitions.length} ops take their slow form:`,
    ...definitions.map(({ op, reason, count }) => `${INDENT}${op} (${count} x): ${reason}`),
  ];
  return `${lines.join('\n')}\n`;
}

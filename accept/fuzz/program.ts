// The command line in this process, and what it must never answer.
import type { Captured } from '@twilljs/cli';

/** Done, ran and the answer is no, the input is wrong, stopped. */
const allowed = [0, 1, 2, 130];

/** A stack, a code of a fault of our own, or silence about what is wrong; null where there is none of these. */
export function faultOf({ code, out, err }: Captured): string | null {
  if (!allowed.includes(code)) return `ended with ${code}: ${err}`;
  if (/^\s+at .*[:(]\d+:\d+\)?$/m.test(out + err)) return `shows a stack: ${err}`;
  return code === 2 && err.trim() === '' ? 'ended with 2 and said nothing' : null;
}

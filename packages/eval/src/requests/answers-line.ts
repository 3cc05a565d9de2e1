// Lines of a file of answers: JSON with a checksum of itself.
import { createHash } from 'node:crypto';
import type { Answer } from './request.ts';

/** Letters of the checksum of a line. */
const LETTERS = 16;

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** A record as a line, without its end. @param record no field of it is `sum`. */
export function sealed(record: object): string {
  return JSON.stringify({ ...record, sum: sha256(JSON.stringify(record)).slice(0, LETTERS) });
}

/** The record of a line; null where it is not what was written. */
export function unsealed(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const { sum, ...record } = JSON.parse(line);
    return sum === sha256(JSON.stringify(record)).slice(0, LETTERS) ? record : null;
  } catch {
    return null;
  }
}

/** Numbers that JSON lacks are their names. */
type Stored = number | string;

const storedNumber = (x: number): Stored => (Number.isFinite(x) ? x : `${x}`);

/** An answer, short: a number, a number and whether it is greedy, or what was written. */
export function storedAnswer(answer: Answer): unknown {
  if (answer.kind === 'loglikelihood_rolling') return storedNumber(answer.logprob);
  if (answer.kind === 'loglikelihood') return [storedNumber(answer.logprob), answer.greedy];
  const { kind: _, ...written } = answer;
  return written;
}

/** What `storedAnswer` has made short. */
export function answerOf(stored: unknown): Answer {
  if (Array.isArray(stored)) return { kind: 'loglikelihood', logprob: Number(stored[0]), greedy: stored[1] };
  if (typeof stored !== 'object') return { kind: 'loglikelihood_rolling', logprob: Number(stored) };
  return { kind: 'generate_until', ...(stored as object) } as Answer;
}

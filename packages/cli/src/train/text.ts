// What is measured on text: bits per byte, by position too, and what a second occurrence of a passage gains.
import { type Copies, copies, type EvaluationWindows, evaluationWindows } from '@twilljs/data';
import { type Estimate, evaluateCopying, evaluateWhole, evaluateWindows, type Place } from '@twilljs/eval';
import type { JsonObject } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { OptionError, rng } from '@twilljs/tensor';

/** Windows, and rows with a passage that comes twice, at most. */
const WINDOWS = 192;

/** Bytes of text in such a row, without the second occurrence. */
const COPIES_READ = 128;

/** The first bytes of a window have little to go by and do not count. */
const WARMUP = 32;

/** A text as all models that are compared see it. */
export interface TextProbe {
  readonly text: Uint8Array;
  /** A fixed sample of the text. */
  readonly windows: EvaluationWindows;
  /** Null where the text is too short for a passage to come twice. */
  readonly copies: Copies | null;
}

/**
 * Fixed windows of a text to measure on; of a short text, shorter ones.
 *
 * @param what the text is, for messages.
 */
export function textProbe(text: Uint8Array, length: number, seed: number, what: string): TextProbe {
  if (text.length < 2) {
    const has = text.length === 0 ? 'no byte' : 'one byte';
    throw new OptionError(`${what} has ${has}, of which none can be predicted; give more text.`);
  }
  const at = Math.min(length, text.length - 1);
  const source = rng(seed);
  return {
    text,
    windows: evaluationWindows({ tokens: text, source, length: at, count: countOf(text, at) }),
    copies: text.length < COPIES_READ ? null : copies({ tokens: text, source, count: countOf(text, COPIES_READ) }),
  };
}

/** As many pieces of text as could stand beside each other: more would share bytes, and the error would seem too small. */
function countOf(text: Uint8Array, length: number): number {
  return Math.min(WINDOWS, Math.max(1, Math.floor(text.length / length)));
}

export interface TextMeasuring {
  /** Predict every byte of the text once, instead of those of a sample. */
  readonly all?: boolean;
  /** Where all is measured, told of windows done, and their number. */
  onPart?(done: number, of: number): void;
}

/** Bits per byte over windows, without their first bytes. */
export async function measureText(
  model: LanguageModel,
  { text, windows, copies }: TextProbe,
  { all = false, onPart = () => {} }: TextMeasuring = {},
): Promise<JsonObject> {
  const { T } = windows;
  const warmup = Math.min(WARMUP, T >> 1);
  const found = all
    ? await evaluateWhole(model, text, { length: T, warmup, onPart })
    : { ...(await evaluateWindows(model, windows, { warmup })), windows: windows.B };
  const copying = copies && (await evaluateCopying(model, copies));
  // Of the byte that is predicted, in the text.
  const byteAt = ({ row, position }: Place) => 1 + position + (all ? row * (T - warmup) : windows.starts[row]);
  const inCopies = copying?.notFinite;
  const copyPlace = inCopies ? `position ${inCopies.position} of row ${inCopies.row} of the copies` : null;
  return {
    task: 'lm',
    notFinite: found.notFinite ? `byte ${byteAt(found.notFinite)} of the text` : copyPlace,
    bitsPerByte: found.bitsPerByte.mean,
    standardError: errorOf(found.bitsPerByte),
    windows: found.windows,
    length: T,
    warmup,
    bytes: text.length,
    bytesMeasured: all ? text.length - 1 : distinctBytes(windows, warmup),
    bitsByPosition: inOctaves(found.byPosition),
    copyGain: copying && { mean: copying.gain.mean, standardError: errorOf(copying.gain) },
  };
}

/** How many bytes of the text are predicted by a window after its warm-up, however many windows they lie in. */
function distinctBytes({ starts, T }: EvaluationWindows, warmup: number): number {
  let [bytes, end] = [0, 0];
  for (const start of starts.toSorted()) {
    const [from, to] = [Math.max(end, start + 1 + warmup), start + 1 + T];
    bytes += to - from;
    end = to;
  }
  return bytes;
}

/** None from a single row. */
function errorOf({ standardError, rows }: Estimate): number | null {
  return rows > 1 ? standardError : null;
}

/** Means over positions [0, 1), [1, 2), [2, 4), [4, 8) ... */
function inOctaves(bits: readonly (number | null)[]): JsonObject[] {
  const octaves: JsonObject[] = [];
  for (let from = 0, to = 1; from < bits.length; from = to, to *= 2) {
    const part = bits.slice(from, to).filter((x) => x !== null);
    octaves.push({ from, to: Math.min(to, bits.length), bitsPerByte: part.reduce((a, b) => a + b, 0) / part.length });
  }
  return octaves;
}

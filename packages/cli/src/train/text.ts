// What is measured on text: bits per byte, by position too, and what a second occurrence of a passage gains.
import { type Batch, type Copies, copies, evaluationWindows } from '@twilljs/data';
import { type Estimate, evaluateCopying, evaluateWindows } from '@twilljs/eval';
import type { JsonObject } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { OptionError, rng } from '@twilljs/tensor';

/** Windows, and rows with a passage that comes twice, at most. */
const WINDOWS = 192;

/** Bytes of text in such a row, without the second occurrence. */
const COPIES_READ = 128;

/** A text as all models that are compared see it. */
export interface TextProbe {
  readonly windows: Batch;
  /** Null where the text is too short for a passage to come twice. */
  readonly copies: Copies | null;
}

/** Fixed windows of a text to measure on; of a short text, shorter ones. */
export function textProbe(text: Uint8Array, length: number, seed: number): TextProbe {
  if (text.length < 2) {
    throw new OptionError(
      `the text to measure on has ${text.length} bytes, of which none can be predicted; give more text.`,
    );
  }
  const at = Math.min(length, text.length - 1);
  const source = rng(seed);
  return {
    windows: evaluationWindows({ tokens: text, source, length: at, count: countOf(text, at) }),
    copies: text.length < COPIES_READ ? null : copies({ tokens: text, source, count: countOf(text, COPIES_READ) }),
  };
}

/** As many pieces of text as could stand beside each other: more would share bytes, and the error would seem too small. */
function countOf(text: Uint8Array, length: number): number {
  return Math.min(WINDOWS, Math.max(1, Math.floor(text.length / length)));
}

/** Bits per byte over windows, without their first bytes, which have little to go by. */
export async function measureText(model: LanguageModel, { windows, copies }: TextProbe): Promise<JsonObject> {
  const { bitsPerByte, warmup, byPosition } = await evaluateWindows(model, windows, {
    warmup: Math.min(32, windows.T >> 1),
  });
  const copying = copies && (await evaluateCopying(model, copies));
  return {
    task: 'lm',
    bitsPerByte: bitsPerByte.mean,
    standardError: errorOf(bitsPerByte),
    windows: windows.B,
    length: windows.T,
    warmup,
    bitsByPosition: inOctaves(byPosition),
    copyGain: copying && { mean: copying.gain.mean, standardError: errorOf(copying.gain) },
  };
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

// Language modelling of bytes: bits per byte over windows and over whole documents, and what a second occurrence gains.
import type { Batch, Copies, Document, Tokens } from '@twilljs/data';
import type { LanguageModel } from '@twilljs/hybrid';
import { keep, OptionError, scope, untracked } from '@twilljs/tensor';
import { type Estimate, estimate } from './estimate.ts';
import { meanByPosition, meanOf, score, scoreLogits } from './score.ts';
import { nextTurn } from './turn.ts';

/** Tokens of a document in one forward; the cache carries the rest. */
const BLOCK = 512;

export interface WindowsResult {
  /** Over the positions after the warm-up, windows as the independent units. */
  readonly bitsPerByte: Estimate;
  /** Positions at the start of each window that are left out. */
  readonly warmup: number;
  /** Bits at each position, the warm-up included. */
  readonly byPosition: readonly (number | null)[];
}

/**
 * Bits per byte over fixed windows. The first positions of a window have little to go by and are left out.
 *
 * @param windows from `evaluationWindows`: shared by all models that are compared.
 * @param warmup positions left out, default 32.
 * @throws OptionError when nothing is left.
 */
export async function evaluateWindows(
  model: LanguageModel,
  windows: Batch,
  { warmup = 32 }: { warmup?: number } = {},
): Promise<WindowsResult> {
  if (warmup >= windows.T) {
    throw new OptionError(
      `evaluateWindows: warmup is ${warmup} but a window has ${windows.T} positions; give less or longer windows.`,
    );
  }
  const scores = await score(model, windows);
  const bits = scores.nats.map((nats) => nats / Math.LN2);
  return { bitsPerByte: meanOf(bits, scores, warmup), warmup, byPosition: meanByPosition(bits, scores) };
}

export interface CopyingResult {
  /** Bits per token of a passage minus those of its second occurrence: above 0 the model looks back and copies. Rows are the independent units. */
  readonly gain: Estimate;
  /** Bits per token of the passage, and of its second occurrence. */
  readonly first: number;
  readonly second: number;
}

/** How much less a passage of text costs when it comes again. @param rows from `copies`, shared by all models that are compared. */
export async function evaluateCopying(model: LanguageModel, rows: Copies): Promise<CopyingResult> {
  const { nats } = await score(model, rows);
  const sums = [rows.first, rows.second].map((at) =>
    Float64Array.from({ length: rows.B }, (_, row) => {
      const from = row * rows.T + at;
      return nats.subarray(from, from + rows.span).reduce((a, b) => a + b, 0) / Math.LN2;
    }),
  );
  const counts = new Float64Array(rows.B).fill(rows.span);
  const [first, second] = sums.map((bits) => estimate(bits, counts).mean);
  return {
    gain: estimate(
      sums[0].map((bits, row) => bits - sums[1][row]),
      counts,
    ),
    first,
    second,
  };
}

export interface DocumentsResult {
  /** Over all bytes but the first of each document, documents as the independent units. */
  readonly bitsPerByte: Estimate;
  readonly documents: readonly { readonly name: string; readonly bytes: number; readonly bits: number }[];
}

/**
 * Bits per byte of whole documents, each from its beginning with everything before in context. The first byte of a
 * document, which nothing predicts, does not count.
 */
export async function evaluateDocuments(
  model: LanguageModel,
  documents: readonly Document[],
): Promise<DocumentsResult> {
  const measured: { name: string; bytes: number; bits: number }[] = [];
  for (const { name, bytes } of documents) {
    measured.push({ name, bytes: bytes.length, bits: await documentBits(model, bytes) });
  }
  const predicted = measured.map(({ bytes }) => Math.max(0, bytes - 1));
  const bitsPerByte = estimate(
    measured.map(({ bits }) => bits),
    predicted,
  );
  return { bitsPerByte, documents: measured };
}

/** Bits of all tokens but the first. */
async function documentBits(model: LanguageModel, tokens: Tokens): Promise<number> {
  using cache = model.cache(1);
  let bits = 0;
  for (let from = 0; from + 1 < tokens.length; from += BLOCK) {
    const labels = Int32Array.from(tokens.subarray(from + 1, from + 1 + BLOCK));
    const ids = {
      data: Int32Array.from(tokens.subarray(from, from + labels.length)),
      shape: [1, labels.length] as const,
    };
    const logits = keep(untracked(() => scope(() => model.forward(ids, cache)))); // [1,T,N]
    try {
      const nats = new Float64Array(labels.length);
      scoreLogits(await logits.data(), labels, nats, new Uint8Array(labels.length));
      for (const x of nats) bits += x / Math.LN2;
    } finally {
      logits.release();
    }
    await nextTurn();
  }
  return bits;
}

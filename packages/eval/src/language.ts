// Language modelling: bits per token over windows, bits per byte of whole documents, and what a second occurrence gains.
import { type Batch, type Copies, checkBatch, checkDocuments, type Document } from '@twilljs/data';
import { type LanguageModel, requireIds } from '@twilljs/hybrid';
import { knownOnly, OptionError, whole } from '@twilljs/tensor';
import { byteTokenizer, type Tokenizer } from '@twilljs/tokenizers';
import { type Estimate, estimate } from './estimate.ts';
import { meanByPosition, meanOf, type Place, score } from './score.ts';

/** Bits per token of windows, and by position. */
export interface WindowsResult {
  /** Over the positions after the warm-up, windows as the independent units. Of a model of bytes, bits per byte. */
  readonly bitsPerToken: Estimate;
  /** Positions at the start of each window that are left out. */
  readonly warmup: number;
  /** Bits at each position, the warm-up included. */
  readonly byPosition: readonly (number | null)[];
  /** The first position whose loss is not finite: the means that it takes part in are not either. */
  readonly notFinite: Place | null;
}

/**
 * Bits per token over fixed windows. The first positions of a window have little to go by and are left out.
 *
 * @param windows from `evaluationWindows`: shared by all models that are compared.
 * @param options.warmup positions left out, default 32.
 * @throws OptionError when nothing is left.
 */
export async function evaluateWindows(
  model: LanguageModel,
  windows: Batch,
  options: { warmup?: number } = {},
): Promise<WindowsResult> {
  checkBatch('evaluateWindows', windows);
  knownOnly('evaluateWindows', options, ['warmup']);
  const { warmup = 32 } = options;
  whole('evaluateWindows: warmup', warmup, 0);
  if (warmup >= windows.T) {
    throw new OptionError(
      `evaluateWindows: warmup is ${warmup} but a window has ${windows.T} positions; give less or longer windows.`,
    );
  }
  const scores = await score(model, windows);
  const bits = scores.nats.map((nats) => nats / Math.LN2);
  const { notFinite } = scores;
  return { bitsPerToken: meanOf(bits, scores, warmup), warmup, byPosition: meanByPosition(bits, scores), notFinite };
}

/** Bits per token that a passage costs less when it comes again. */
export interface CopyingResult {
  /** Bits per token of a passage minus those of its second occurrence: above 0 the model looks back and copies. Rows are the independent units. */
  readonly gain: Estimate;
  /** Bits per token of the passage, and of its second occurrence. */
  readonly first: number;
  readonly second: number;
  /** The first position whose loss is not finite: the means are not either. */
  readonly notFinite: Place | null;
}

/** How much less a passage of text costs when it comes again. @param rows from `copies`, shared by all models that are compared. */
export async function evaluateCopying(model: LanguageModel, rows: Copies): Promise<CopyingResult> {
  checkBatch('evaluateCopying', rows);
  for (const field of ['first', 'second'] as const)
    whole(`evaluateCopying: ${field} of the rows`, rows[field], 0, rows.T - 1);
  whole('evaluateCopying: span of the rows', rows.span, 1, rows.T - rows.second);
  const { nats, notFinite } = await score(model, rows);
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
    notFinite,
  };
}

/** Bits per byte of whole documents, by their true bytes. */
export interface DocumentsResult {
  /** Over all bytes but those of the first token of each document, documents as the independent units. */
  readonly bitsPerByte: Estimate;
  readonly documents: readonly { readonly name: string; readonly bytes: number; readonly bits: number }[];
  /** The first position whose loss is not finite, in which document (`row`): the mean is not either. */
  readonly notFinite: Place | null;
}

/**
 * Bits per byte of whole documents, each from its beginning with everything before in context, by the true bytes of the text. The
 * first token of a document, which nothing predicts, does not count; where it is a special one, the document counts whole.
 *
 * @throws OptionError for a model whose ids are not those of the tokenizer, or when no byte is predicted.
 */
export async function evaluateDocuments(
  model: LanguageModel,
  documents: readonly Document[],
  options: { tokenizer?: Tokenizer } = {},
): Promise<DocumentsResult> {
  knownOnly('evaluateDocuments', options, ['tokenizer']);
  const { tokenizer = byteTokenizer() } = options;
  requireIds('evaluateDocuments', model, tokenizer);
  checkDocuments('evaluateDocuments: documents', documents);
  const measured: { name: string; bytes: number; bits: number }[] = [];
  const predicted: number[] = [];
  let notFinite: Place | null = null;
  for (const [row, { name, bytes }] of documents.entries()) {
    const ids = idsOf(bytes, tokenizer);
    let bits = 0;
    predicted.push(ids.length > 1 ? bytes.length - bytesOfFirst(ids, tokenizer) : 0);
    if (ids.length > 1) {
      const [inputs, labels] = [ids.subarray(0, -1), ids.subarray(1)];
      const scores = await score(model, { inputs, labels, B: 1, T: labels.length });
      for (const x of scores.nats) bits += x / Math.LN2;
      notFinite ??= scores.notFinite && { row, position: scores.notFinite.position };
    }
    measured.push({ name, bytes: bytes.length, bits });
  }
  const bitsPerByte = estimate(
    measured.map(({ bits }) => bits),
    predicted,
  );
  return { bitsPerByte, documents: measured, notFinite };
}

/** Bytes that are no UTF-8 are ids of a model of bytes all the same. */
const idsOf = (bytes: Uint8Array, { kind, encode }: Tokenizer): Int32Array =>
  kind === 'bytes' ? Int32Array.from(bytes) : encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));

function bytesOfFirst([first]: Int32Array, { kind, decode }: Tokenizer): number {
  return kind === 'bytes' ? 1 : new TextEncoder().encode(decode([first], { skipSpecialTokens: true })).length;
}

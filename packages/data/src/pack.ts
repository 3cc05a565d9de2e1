// Packing: shuffled documents end to end, cut into blocks of equal length without padding.

import { knownOnly, OptionError, oneOf, shown, whole } from '@twilljs/tensor';
import { apart, type Batches, emptyBatch, firstAbove, idsOf, type Tokens } from './batch.ts';
import { checkSource, checkTokens, idsFrom } from './check.ts';
import type { RandomSource } from './source.ts';

/** Streams in a list: an array of them, or anything that gives one by its index, such as the documents of a file. */
export interface TokenDocuments {
  readonly length: number;
  at(index: number): Tokens | undefined;
}

/** Which documents are packed, and into rows of what length. */
export interface PackOptions {
  documents: TokenDocuments;
  /** Ids written before every document: a BOS id, or two newlines. May be empty. */
  separator: ArrayLike<number>;
  /** Tokens per block, T. */
  length: number;
  /** Blocks per batch, B. */
  batch: number;
  /** The order of the documents in an epoch is drawn from a fork of this by the epoch's number. */
  source: RandomSource;
  /** `apart`: documents in a block are sequences of their own, that do not see each other. Default `together`. */
  packing?: 'together' | 'apart';
}

export interface Packed extends Batches {
  /** Tokens in one pass over all documents, separators included. */
  readonly tokensPerEpoch: number;
}

/** One pass: the documents in this epoch's order, and where each begins. */
interface Epoch {
  readonly order: Int32Array;
  readonly begins: Float64Array;
}

/**
 * Batches of consecutive blocks of one endless stream: epoch after epoch, every document once an epoch in a new order,
 * each led by the separator. Documents span blocks, blocks span documents and epochs. The label is the next token of the
 * stream, also across the end of a block, so every token of the stream but the first is predicted once.
 *
 * @throws OptionError when there is no token to pack, or something is no id.
 * @see flame's data pipeline, which packs in the same way but asks nothing at the last position of a block.
 */
export function pack(options: PackOptions): Packed {
  knownOnly('pack', options, ['documents', 'separator', 'length', 'batch', 'source', 'packing']);
  const { documents, separator, length: T, batch: B, source, packing = 'together' } = options;
  oneOf('pack: packing', packing, ['together', 'apart']);
  if (typeof documents?.at !== 'function' || !Number.isSafeInteger(documents.length) || typeof documents === 'string') {
    throw new OptionError(`pack: documents is ${shown(documents)} where a list of token streams is needed; give one.`);
  }
  let [tokensPerEpoch, hasTokens] = [0, false];
  for (let i = 0; i < documents.length; i++) {
    const tokens = documents.at(i);
    checkTokens(`pack: documents[${i}]`, tokens);
    tokensPerEpoch += tokens.length;
    hasTokens ||= tokens.length > 0;
  }
  checkSource('pack: source', source);
  whole('pack: length', T, 1);
  whole('pack: batch', B, 1);
  const lead = idsFrom('pack: separator', separator);
  tokensPerEpoch += lead.length * documents.length;
  if (!hasTokens) {
    throw new OptionError(`pack: ${documents.length} documents hold no token; give documents with text.`);
  }

  const random = source.fork('pack');
  let remembered: { e: number; epoch: Epoch } | undefined; // only saves work: an epoch is a function of its number
  function epochOf(e: number): Epoch {
    if (remembered?.e !== e) remembered = { e, epoch: epochFrom(documents, lead.length, random.fork(e)) };
    return remembered.epoch;
  }

  /** Copies the stream from position `at` until `out` is full. @returns where in it documents begin. */
  function read(at: number, out: Int32Array): number[] {
    const begun: number[] = [];
    let e = Math.floor(at / tokensPerEpoch);
    let within = at - e * tokensPerEpoch;
    for (let filled = 0; filled < out.length; e++, within = 0) {
      const { order, begins } = epochOf(e);
      for (let i = firstAbove(begins, within) - 1; i < order.length && filled < out.length; i++) {
        const document = documents.at(order[i]) as Tokens;
        if (within <= begins[i] && begun.at(-1) !== filled) begun.push(filled);
        for (const part of [lead, document]) {
          const skip = Math.max(0, within - begins[i] - (part === lead ? 0 : lead.length));
          const piece = idsOf(part, skip, skip + out.length - filled);
          out.set(piece, filled);
          filled += piece.length;
        }
      }
    }
    return begun;
  }

  return {
    B,
    T,
    tokensPerEpoch,
    batch(step) {
      whole('pack: step', step, 0);
      const stream = new Int32Array(B * T + 1);
      const begins = read(step * B * T, stream);
      const out = emptyBatch(B, T);
      out.inputs.set(stream.subarray(0, B * T));
      out.labels.set(stream.subarray(1));
      if (packing === 'together') return out;
      return apart(
        out,
        Float64Array.from({ length: B }, (_, row) => row * T),
        begins,
      );
    },
  };
}

function epochFrom(documents: TokenDocuments, lead: number, source: RandomSource): Epoch {
  const order = source.permutation(documents.length);
  const begins = new Float64Array(order.length);
  let at = 0;
  order.forEach((document, i) => {
    begins[i] = at;
    at += lead + (documents.at(document) as Tokens).length;
  });
  return { order, begins };
}

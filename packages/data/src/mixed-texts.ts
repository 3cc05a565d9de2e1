// Several texts, each with a weight: what is measured on is all of them, what is trained on is drawn by weight.
import { createHash } from 'node:crypto';
import { OptionError } from '@twilljs/tensor';
import { firstAbove, type Tokens } from './batch.ts';
import type { Texts } from './texts.ts';
import type { NamedDocuments, TokenText } from './token-text.ts';

/** @param parts with weights of any sum. @throws OptionError where a weight is 0. */
export function mixedTexts(parts: readonly { readonly weight: number; readonly texts: Texts }[]): Texts {
  const sum = parts.reduce((total, { weight }) => total + weight, 0);
  const mixture = parts.map(({ weight, texts }) => ({ weight: weight / sum, texts }));
  if (mixture.some(({ weight }) => !(weight > 0))) {
    throw new OptionError('data: a weight of a mixture is 0; leave out what is not to be read.');
  }
  const all = mixture.map(({ texts }) => texts);
  const total = (of: (texts: Texts) => number) => all.reduce((n, texts) => n + of(texts), 0);
  return {
    documents: total(({ documents }) => documents),
    texts: total(({ texts }) => texts),
    bytes: total(({ bytes }) => bytes),
    areFiles: all.every(({ areFiles }) => areFiles),
    empty: all.flatMap(({ empty }) => empty),
    leftOut: all.flatMap(({ leftOut }) => leftOut),
    sha256: createHash('sha256')
      .update(all.map(({ sha256 }) => sha256).join())
      .digest('hex'),
    encoding: all[0].encoding,
    reading: all[0].reading,
    mixture,
    all: () => joinedText(all.map((texts) => texts.all())),
    split(name) {
      const sides = all.map((texts) => texts.split(name));
      return {
        train: joinedText(sides.map(({ train }) => train)),
        evaluation: joinedText(sides.map(({ evaluation }) => evaluation)),
        within: sides.every(({ within }) => within),
        mixture: mixture.map(({ weight }, i) => ({ weight, train: sides[i].train })),
      };
    },
  };
}

/** One text after the other, between them what stands between documents. */
function joinedText(texts: readonly TokenText[]): TokenText {
  const { separator } = texts[0];
  const streams: Tokens[] = [];
  const starts: number[] = [];
  const begins: Float64Array[] = [];
  let at = 0;
  for (const [i, { tokens, begins: own }] of texts.entries()) {
    for (const stream of i > 0 ? [Int32Array.from(separator), tokens] : [tokens]) {
      starts.push(at);
      streams.push(stream);
      if (stream === tokens) begins.push(Float64Array.from(own, (begin) => at + begin));
      at += stream.length;
    }
  }
  const gaps = separator.length > 0 ? separatorBytes * (texts.length - 1) : 0;
  return {
    tokens: joinedStreams(streams, starts, at),
    bytes: texts.reduce((sum, { bytes }) => sum + bytes, gaps),
    begins: joinedArrays(begins),
    documents: joinedDocuments(texts.map(({ documents }) => documents)),
    separator,
  };
}

/** Of two newlines. */
const separatorBytes = 2;

function joinedStreams(streams: readonly Tokens[], starts: readonly number[], length: number): Tokens {
  return {
    length,
    subarray(from, to = length) {
      const [begin, end] = [from, to].map((place) => Math.max(0, Math.min(place, length)));
      const out = new Int32Array(Math.max(0, end - begin));
      for (let i = Math.max(0, firstAbove(starts, begin) - 1); i < streams.length && starts[i] < end; i++) {
        const first = Math.max(0, begin - starts[i]);
        const ids = streams[i].subarray(first, Math.max(first, end - starts[i]));
        out.set(ids, starts[i] + first - begin);
      }
      return out;
    },
  };
}

function joinedArrays(arrays: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}

function joinedDocuments(lists: readonly NamedDocuments[]): NamedDocuments {
  return {
    length: lists.reduce((sum, { length }) => sum + length, 0),
    at(index) {
      let rest = index;
      for (const list of lists) {
        if (rest < list.length) return list.at(rest);
        rest -= list.length;
      }
      return undefined;
    },
  };
}

// Texts of bytes that are in memory.
import { createHash } from 'node:crypto';
import { type Document, lengthsOf, splitInto } from './documents.ts';
import { splitNamed } from './split.ts';
import type { Texts } from './texts.ts';
import { textOf } from './token-text.ts';

/**
 * Documents that are held in memory, as texts to train on.
 *
 * @param leftOut what was found and is not read, a line each.
 * @param reading how they were read.
 */
export function textsInMemory(
  documents: readonly Document[],
  leftOut: readonly string[] = [],
  reading: Texts['reading'] = {},
): Texts {
  const empty = documents.filter(({ bytes }) => bytes.length === 0);
  return {
    documents: documents.length,
    texts: documents.length - empty.length,
    bytes: documents.reduce((sum, { bytes }) => sum + bytes.length, 0),
    areFiles: true,
    empty: empty.map(({ name }) => name),
    leftOut,
    sha256: hashOf(documents),
    encoding: null,
    reading,
    all: () => textOf(documents),
    split(name) {
      const { train, evaluation, within } = splitInto(documents, splitNamed(lengthsOf(documents), name));
      return { train: textOf(train), evaluation: textOf(evaluation), within };
    },
  };
}

/** What texts are, whatever they are called. */
export function hashOf(documents: readonly Document[]): string {
  const hash = createHash('sha256');
  for (const { bytes } of documents) hash.update(`${bytes.length}:`).update(bytes);
  return hash.digest('hex');
}

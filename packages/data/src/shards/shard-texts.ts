// Texts that are in a shard.

import { firstAbove } from '../batch.ts';
import { sizeOf } from '../documents.ts';
import { type Format, isText } from '../formats/kind.ts';
import { Parts, splitNamed } from '../split.ts';
import type { Texts } from '../texts.ts';
import type { Encoding } from './encode.ts';
import type { Shard } from './shard.ts';
import { shardLengths, shardText } from './shard-text.ts';

/** Names of documents without text that are told at most. */
const TOLD = 8;

/** @param files in the order that the shard was made in. @param known beside what the shard says. */
export function shardTexts(
  shard: Shard,
  files: readonly { readonly name: string; readonly format: Format }[],
  encoding: Encoding,
  { leftOut, reading }: Pick<Texts, 'leftOut' | 'reading'>,
): Texts {
  const { documents, texts, bytes, sha256, notes, files: counts } = shard.footer;
  const firsts: number[] = [];
  let first = 0;
  for (const count of counts) {
    firsts.push(first);
    first += count;
  }
  const nameOf = (document: number) => {
    // Files without documents begin where the next one does.
    const file = firstAbove(firsts, document) - 1;
    const { name, format } = files[file];
    return isText(format) ? name : `${name}:${document - firsts[file] + 1}`;
  };
  const context = { separator: encoding.separator, nameOf };
  const lengths = shardLengths(shard, () => sizeOf(documents, bytes, documents > 0 ? nameOf(0) : undefined));
  return {
    documents,
    texts,
    bytes,
    areFiles: files.every(({ format }) => isText(format)),
    empty: texts < documents ? emptyNames(lengths.each(), nameOf) : [],
    leftOut: [...leftOut, ...notes],
    sha256,
    encoding: encoding.identity,
    reading,
    all() {
      const parts = new Parts(documents);
      let document = 0;
      for (const length of lengths.each()) parts.push(document++, length);
      return shardText(shard, parts, false, context);
    },
    split(name) {
      const { train, evaluation, within } = splitNamed(lengths, name);
      return {
        train: shardText(shard, train, false, context),
        evaluation: shardText(shard, evaluation, within, context),
        within,
      };
    },
  };
}

function emptyNames(lengths: Iterable<number>, nameOf: (document: number) => string): string[] {
  const names: string[] = [];
  let document = 0;
  for (const length of lengths) {
    if (length === 0 && names.push(nameOf(document)) === TOLD) break;
    document++;
  }
  return names;
}

// A text as tokens: one stream, and the documents that it is made of.
import type { Tokens } from './batch.ts';
import { type Document, documentBegins, joinDocuments, SEPARATOR } from './documents.ts';

/** A stream with a name. */
export interface NamedTokens {
  readonly name: string;
  readonly tokens: Tokens;
}

/** A list of documents, read one by one: an array, or what gives one by its index. */
export interface NamedDocuments {
  readonly length: number;
  at(index: number): NamedTokens | undefined;
}

/** A text as tokens, with where its documents begin and how many bytes it has. */
export interface TokenText {
  /** The documents in their order, `separator` between neighbours. */
  readonly tokens: Tokens;
  /** Bytes of the text that the tokens stand for: what bits per byte are told by. */
  readonly bytes: number;
  /** Where documents begin among the tokens: what stands between two belongs to the first. Those without text begin nowhere. */
  readonly begins: ArrayLike<number>;
  readonly documents: NamedDocuments;
  readonly separator: ArrayLike<number>;
}

/** Text that is trained on, and text that is held out. */
export interface TokenSides {
  readonly train: TokenText;
  readonly evaluation: TokenText;
  /** Whether documents were cut. */
  readonly within: boolean;
  /** Of several texts: which part of what is trained on each is to be; `train` is all of them. */
  readonly mixture?: readonly { readonly weight: number; readonly train: TokenText }[];
}

/** Documents as text of bytes, two newlines between them. */
export function textOf(documents: readonly Document[]): TokenText {
  const tokens = joinDocuments(documents);
  return {
    tokens,
    bytes: tokens.length,
    begins: documentBegins(documents),
    documents: documents.map(({ name, bytes }) => ({ name, tokens: bytes })),
    separator: new TextEncoder().encode(SEPARATOR),
  };
}

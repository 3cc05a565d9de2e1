// Bytes as tokens: UTF-8 is the tokenizer, and the vocabulary is 256.
import { makeTokenizer, type Tokenizer } from './tokenizer.ts';

/** The tokenizer of texts as their UTF-8 bytes. It has no special tokens. */
export function byteTokenizer(): Tokenizer {
  return makeTokenizer({
    kind: 'bytes',
    identity: 'bytes',
    vocabSize: 256,
    specialTokens: new Map(),
    encode: (text) => Int32Array.from(new TextEncoder().encode(text)),
    decodeStream() {
      const decoder = utf8();
      return {
        push: (id) => decoder.decode(Uint8Array.of(id), { stream: true }),
        end: () => decoder.decode(),
      };
    },
    tokenToId: (token) => (/^<0x[0-9A-F]{2}>$/.test(token) ? Number(token.slice(1, 5)) : null),
    idToToken: (id) => (id >= 0 && id < 256 ? `<0x${id.toString(16).toUpperCase().padStart(2, '0')}>` : null),
  });
}

/** Bytes into text. A byte order mark is a character as any other. */
export const utf8 = (): TextDecoder => new TextDecoder('utf-8', { ignoreBOM: true });

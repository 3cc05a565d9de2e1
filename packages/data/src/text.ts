// Text as bytes: UTF-8 is the tokenizer, and the vocabulary is 256.
import { OptionError, shown } from '@twilljs/tensor';
import { idsFrom } from './check.ts';

/**
 * The ids 0..255 of a text, its UTF-8 bytes. A lone surrogate becomes U+FFFD.
 *
 * @throws OptionError for what is no text.
 */
export function encodeText(text: string): Int32Array {
  if (typeof text !== 'string') {
    throw new OptionError(`encodeText: the text is ${shown(text)} where a string is needed; give one.`);
  }
  return Int32Array.from(new TextEncoder().encode(text));
}

/**
 * The text of ids 0..255. Bytes that are no UTF-8, such as a character cut off at either end, become U+FFFD.
 *
 * @throws OptionError when an id is not a byte.
 */
export function decodeText(ids: ArrayLike<number>): string {
  const bytes = Uint8Array.from(idsFrom('decodeText: the list', ids, 255));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

// Text as bytes: UTF-8 is the tokenizer, and the vocabulary is 256.
import { OptionError } from '@twilljs/tensor';

/** The ids 0..255 of a text, its UTF-8 bytes. A lone surrogate becomes U+FFFD. */
export function encodeText(text: string): Int32Array {
  return Int32Array.from(new TextEncoder().encode(text));
}

/**
 * The text of ids 0..255. Bytes that are no UTF-8, such as a character cut off at either end, become U+FFFD.
 *
 * @throws OptionError when an id is not a byte.
 */
export function decodeText(ids: ArrayLike<number>): string {
  const bytes = new Uint8Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    if (!Number.isInteger(ids[i]) || ids[i] < 0 || ids[i] > 255) {
      throw new OptionError(`decodeText: id ${ids[i]} at position ${i} is not a byte; give ids from 0 to 255.`);
    }
    bytes[i] = ids[i];
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

// The normalizer Precompiled: a table of sentencepiece, from what stands in a text to what stands for it. (A double-array trie, as darts-clone writes it.)
import type { Normalizer } from './normalizers.ts';
import type { Part } from './part.ts';

/** Longer characters are looked up in their parts. */
const LONGEST_BYTES = 5;

export function precompiled(config: Part): Normalizer {
  const encoded = (config.fields.precompiled_charsmap ?? null) === null ? '' : config.text('precompiled_charsmap');
  if (encoded === '') return (text) => text;
  const bytes = bytesOf(encoded, config);
  const size = bytes.length < 4 ? 0 : new DataView(bytes.buffer).getUint32(0, true);
  if (size === 0 || size % 4 !== 0 || 4 + size > bytes.length) {
    throw config.refused(
      `has a precompiled_charsmap of ${bytes.length} bytes that do not hold its table; check the file.`,
    );
  }
  const units = new Uint32Array(bytes.buffer.slice(4, 4 + size));
  const texts = bytes.subarray(4 + size);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const found = new Map<string, string | null>();

  /** What stands for a text; null where the table has nothing. */
  const lookUp = (text: string): string | null => {
    const before = found.get(text);
    if (before !== undefined) return before;
    const at = firstValue(units, encoder.encode(text));
    let end = at ?? 0;
    while (end < texts.length && texts[end] !== 0) end++;
    const other = at === null ? null : decoder.decode(texts.subarray(at, end));
    if (found.size > 2 ** 16) found.clear();
    found.set(text, other);
    return other;
  };

  const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
  return (text) => {
    let said = '';
    for (const { segment } of characters.segment(text)) {
      const whole = encoder.encode(segment).length <= LONGEST_BYTES ? lookUp(segment) : null;
      if (whole !== null) said += whole;
      else for (const character of segment) said += lookUp(character) ?? character;
    }
    return said;
  };
}

/** The value of the shortest beginning of `key` that has one. */
function firstValue(units: Uint32Array, key: Uint8Array): number | null {
  const offset = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);
  let node = offset(units[0]);
  for (const byte of key) {
    if (byte === 0) return null;
    node ^= byte;
    const unit = units[node] ?? 0;
    if ((unit & 0x800000ff) >>> 0 !== byte) return null;
    node ^= offset(unit);
    if ((unit >>> 8) & 1) return (units[node] ?? 0) & 0x7fffffff;
  }
  return null;
}

function bytesOf(encoded: string, config: Part): Uint8Array {
  try {
    return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  } catch {
    throw config.refused('has a precompiled_charsmap that is no base64; check the file.');
  }
}

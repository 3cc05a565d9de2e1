// Normal forms of text: each normalizer of `tokenizer.json`.
import { byteText } from './byte-level.ts';
import type { Part } from './part.ts';
import { patternIn } from './patterns.ts';
import { precompiled } from './precompiled.ts';

export type Normalizer = (text: string) => string;

/** @throws FileError for what is not known. */
export function normalizerOf(config: Part | null): Normalizer {
  if (config === null) return (text) => text;
  switch (config.type) {
    case 'Sequence':
      return config
        .parts('normalizers')
        .map(normalizerOf)
        .reduce(
          (first, then) => (text) => then(first(text)),
          (text) => text,
        );
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD': {
      const { type } = config;
      return (text) => text.normalize(type);
    }
    case 'Lowercase':
      return lowercase;
    case 'Strip':
      return strip(config.flag('strip_left', true), config.flag('strip_right', true));
    case 'StripAccents':
      return (text) => text.replaceAll(/\p{M}/gu, '');
    case 'Prepend':
      return prepend(config.text('prepend'));
    case 'Replace':
      return replace(config);
    case 'ByteLevel':
      return byteText;
    case 'BertNormalizer':
      return bert(config);
    case 'Nmt':
      return nmt;
    case 'Precompiled':
      return precompiled(config);
  }
  throw config.unknown();
}

/** Patterns of all that is replaced. */
export function replacedIn(config: Part | null): RegExp[] {
  if (config?.type === 'Sequence') return config.parts('normalizers').flatMap(replacedIn);
  return config?.type === 'Replace' ? [patternIn(config)] : [];
}

/** Letter by letter: the last sigma of a word is as any other. */
const lowercase: Normalizer = (text) => text.replaceAll('Σ', 'σ').toLowerCase();

function strip(left: boolean, right: boolean): Normalizer {
  const sides = [...(left ? ['^\\p{White_Space}+'] : []), ...(right ? ['\\p{White_Space}+$'] : [])];
  if (sides.length === 0) return (text) => text;
  const ends = new RegExp(sides.join('|'), 'gu');
  return (text) => text.replaceAll(ends, '');
}

const prepend =
  (begin: string): Normalizer =>
  (text) =>
    text === '' ? '' : begin + text;

function replace(config: Part): Normalizer {
  const pattern = patternIn(config);
  const content = config.text('content');
  return (text) => text.replaceAll(pattern, () => content);
}

const CHINESE =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;
const CONTROL = /(?![\t\n\r])[\0\ufffd\p{Cc}\p{Cf}\p{Co}]/gu;

function bert(config: Part): Normalizer {
  const [cleans, apart, lowers] = [
    config.flag('clean_text', true),
    config.flag('handle_chinese_chars', true),
    config.flag('lowercase', true),
  ];
  const strips = config.flag('strip_accents', lowers);
  return (given) => {
    let text = given;
    if (cleans) text = text.replaceAll(CONTROL, '').replaceAll(/\p{White_Space}/gu, ' ');
    if (apart) text = text.replaceAll(CHINESE, ' $& ');
    if (strips) text = text.normalize('NFD').replaceAll(/\p{Mn}/gu, '');
    return lowers ? lowercase(text) : text;
  };
}

/** As sentencepiece's rule `nmt`. */
const nmt: Normalizer = (text) =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is left out
    .replaceAll(/[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]/g, '')
    .replaceAll(/[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g, ' ');

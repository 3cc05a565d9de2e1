// Text into the words within which a model merges: each pre-tokenizer of `tokenizer.json`.
//
// All that cut by a pattern are one, `Split`: its patterns are those of Oniguruma, whose white space and digits are not JavaScript's.
import { SplitPreTokenizer } from '@huggingface/tokenizers';
import { FileError, shown } from '@twilljs/tensor';
import { byteText } from './byte-level.ts';
import type { JsonObject } from './file.ts';
import { GPT2 } from './patterns.ts';

/** @param isFirst whether the text is the beginning of what is encoded. */
export type PreTokenizer = (text: string, isFirst: boolean) => string[];

const PUNCTUATION = '[\\p{P}!-/:-@\\[-`{-~]';

/** @throws FileError for what is not known. */
export function preTokenizerOf(config: JsonObject | null, where: string): PreTokenizer {
  if (config === null) return (text) => [text];
  switch (config.type) {
    case 'Sequence':
      return inSequence((config.pretokenizers as JsonObject[]).map((one) => preTokenizerOf(one, where)));
    case 'ByteLevel':
      return byteLevel(config);
    case 'Metaspace':
      return metaspace(config);
    case 'Split':
      return split(config, where);
    case 'Whitespace':
      return matches('\\w+|[^\\w\\s]+');
    case 'WhitespaceSplit':
      return removed({ Regex: '\\s+' });
    case 'CharDelimiterSplit':
      return removed({ String: config.delimiter });
    case 'Digits':
      return isolated({ Regex: config.individual_digits ? '\\p{N}' : '\\p{N}+' });
    case 'Punctuation':
      return split({ ...config, behavior: config.behavior ?? 'Isolated', pattern: { Regex: PUNCTUATION } }, where);
    case 'BertPreTokenizer':
      return inSequence([removed({ Regex: '\\s+' }), isolated({ Regex: PUNCTUATION })]);
  }
  throw new FileError(
    `${where}: its pre_tokenizer is of type ${shown(config.type)}, which is not known here; use another tokenizer.`,
  );
}

const inSequence =
  (steps: readonly PreTokenizer[]): PreTokenizer =>
  (text, isFirst) =>
    steps.reduce((words, step) => words.flatMap((word, i) => step(word, isFirst && i === 0)), [text]);

type Pattern = { readonly Regex: string } | { readonly String: JsonObject[string] };

function cut(pattern: Pattern, behavior: string, invert: boolean): PreTokenizer {
  const { pre_tokenize_text: cutting } = SplitPreTokenizer.prototype;
  const by = new SplitPreTokenizer({ type: 'Split', pattern, behavior, invert } as never);
  return (text) => cutting.call(by, text) as string[];
}

const isolated = (pattern: Pattern): PreTokenizer => cut(pattern, 'Isolated', false);
const removed = (pattern: Pattern): PreTokenizer => cut(pattern, 'Removed', false);
const matches = (pattern: string): PreTokenizer => cut({ Regex: pattern }, 'Removed', true);

function split({ pattern, behavior, invert }: JsonObject, where: string): PreTokenizer {
  const { Regex, String: text } = (pattern ?? {}) as JsonObject;
  const of = typeof Regex === 'string' ? { Regex } : { String: text };
  if (typeof Object.values(of)[0] === 'string') {
    if (behavior === 'Isolated') return isolated(of);
    if (behavior === 'Removed') return cut(of, behavior, invert === true);
  }
  throw new FileError(
    `${where}: its pre_tokenizer splits by ${shown(pattern)}, ${shown(behavior)}; only Isolated and Removed with a Regex or a String are known here.`,
  );
}

function byteLevel({ add_prefix_space, use_regex }: JsonObject): PreTokenizer {
  const words = use_regex === false ? (text: string) => [text] : isolated({ Regex: GPT2 });
  return (text, isFirst) => words(add_prefix_space && !text.startsWith(' ') ? ` ${text}` : text, isFirst).map(byteText);
}

function metaspace({ replacement = '▁', prepend_scheme, add_prefix_space, split }: JsonObject): PreTokenizer {
  const mark = replacement as string;
  const scheme = prepend_scheme ?? (add_prefix_space === false ? 'never' : 'always');
  return (text, isFirst) => {
    const marked = text.replaceAll(' ', () => mark);
    const isPrepended = !marked.startsWith(mark) && (scheme === 'always' || (scheme === 'first' && isFirst));
    const all = isPrepended ? mark + marked : marked;
    if (split === false) return [all];
    const [before, ...words] = all.split(mark);
    return [...(before ? [before] : []), ...words.map((word) => mark + word)];
  };
}

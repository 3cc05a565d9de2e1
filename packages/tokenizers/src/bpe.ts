// Byte pair encoding: the pieces of a word are merged, the pair that was learned first before all others. (As `BPE` of Hugging Face's tokenizers.)
import { type FileError, shown } from '@twilljs/tensor';
import { Heap } from './heap.ts';
import type { Model } from './models.ts';
import type { Part } from './part.ts';

/** Merges by pairs, and the ids that they make. */
interface Merges {
  /** The place in the list, by left * base + right. */
  readonly ranks: ReadonlyMap<number, number>;
  readonly made: readonly number[];
  readonly base: number;
}

export function bpe(config: Part, vocabulary: ReadonlyMap<string, number>): Model {
  if (config.fields.dropout) {
    throw config.refused(`drops merges by chance (dropout ${shown(config.fields.dropout)}); set it to null.`);
  }
  const prefix = config.optionalText('continuing_subword_prefix') ?? '';
  const suffix = config.optionalText('end_of_word_suffix') ?? '';
  const unknown = config.optionalText('unk_token');
  const [fuses, bytes, ignores] = ['fuse_unk', 'byte_fallback', 'ignore_merges'].map((name) =>
    config.flag(name, false),
  );
  const merges = mergesOf(config, vocabulary, prefix);
  const unknownId = unknown === null ? undefined : vocabulary.get(unknown);

  return (word) => {
    const whole = ignores ? vocabulary.get(word) : undefined;
    if (whole !== undefined) return [whole];
    const ids: number[] = [];
    let waiting: number | null = null; // what is unknown is told from what follows it
    let at = 0;
    for (const character of word) {
      const isLast = at + character.length === word.length;
      const piece = (at > 0 ? prefix : '') + character + (isLast ? suffix : '');
      at += character.length;
      const id = vocabulary.get(piece);
      if (id !== undefined) {
        if (waiting !== null) ids.push(waiting);
        waiting = null;
        ids.push(id);
        continue;
      }
      const fallback = bytes ? bytesOf(piece, vocabulary) : null;
      if (fallback) ids.push(...fallback);
      else if (unknown !== null) {
        if (unknownId === undefined) throw lacking(config, unknown, piece);
        if (waiting !== null && !fuses) ids.push(waiting);
        waiting = unknownId;
      }
    }
    if (waiting !== null) ids.push(waiting);
    return merged(ids, merges);
  };
}

const MARK = '▁';

/**
 * Cuts words where no merge ever joins: before the mark of a space, in models whose tokens have it at their beginning alone. Models of
 * sentencepiece take a whole text for one word; cut, its words are short, and most come again.
 *
 * @returns null where a cut could change an id.
 */
export function cutterOf(config: Part, vocabulary: ReadonlyMap<string, number>): ((word: string) => string[]) | null {
  const { merges, ignore_merges, continuing_subword_prefix, end_of_word_suffix } = config.fields;
  if (ignore_merges || continuing_subword_prefix || end_of_word_suffix || !vocabulary.has(MARK)) return null;
  for (const merge of merges as (string | [string, string])[]) {
    const [left, right] = typeof merge === 'string' ? merge.split(' ') : merge;
    if (right?.startsWith(MARK) && !left.endsWith(MARK)) return null;
  }
  return (word) => {
    const words: string[] = [];
    let from = 0;
    for (let at = word.indexOf(MARK, 1); at > 0; at = word.indexOf(MARK, at + 1)) {
      if (word[at - 1] === MARK) continue;
      words.push(word.slice(from, at));
      from = at;
    }
    words.push(word.slice(from));
    return words;
  };
}

export const lacking = (config: Part, unknown: string | null, piece: string): FileError =>
  config.refused(
    `has no token for ${shown(piece)}, and ${unknown === null ? 'names no token' : `its unk_token ${shown(unknown)} is not in its vocabulary`} for what is unknown; use another tokenizer for this text.`,
  );

const encoder = new TextEncoder();

/** Ids of tokens such as <0xE2>, where there is one for each byte. */
export function bytesOf(piece: string, vocabulary: ReadonlyMap<string, number>): number[] | null {
  const ids = Array.from(encoder.encode(piece), (byte) =>
    vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
  );
  return ids.includes(undefined) ? null : (ids as number[]);
}

/** Places in a word are below it. */
const PLACES = 2 ** 29;

/** Merges by rank, the leftmost first of equal ones, until none is left. */
function merged(ids: number[], { ranks, made, base }: Merges): number[] {
  const end = ids.length;
  const symbols = Int32Array.from(ids); // -1 where one was merged into that before
  const before = Int32Array.from(ids, (_, at) => at - 1);
  const after = Int32Array.from(ids, (_, at) => at + 1);
  const queue = new Heap<number>((a, b) => a < b); // rank * PLACES + place of the left one
  const look = (at: number) => {
    if (at < 0 || after[at] >= end) return;
    const rank = ranks.get(symbols[at] * base + symbols[after[at]]);
    if (rank !== undefined) queue.push(rank * PLACES + at);
  };
  for (let at = 0; at < end; at++) look(at);
  if (queue.size === 0) return ids;
  while (queue.size > 0) {
    const top = queue.pop();
    const at = top % PLACES;
    const id = made[Math.floor(top / PLACES)];
    const right = after[at];
    if (symbols[at] < 0 || right >= end) continue;
    // Other symbols may stand there by now; what they make is what counts.
    const rank = ranks.get(symbols[at] * base + symbols[right]);
    if (rank === undefined || made[rank] !== id) continue;
    symbols[at] = id;
    symbols[right] = -1;
    after[at] = after[right];
    if (after[at] < end) before[after[at]] = at;
    look(before[at]);
    look(at);
  }
  const said: number[] = [];
  for (let at = 0; at < end; at = after[at]) said.push(symbols[at]);
  return said;
}

function mergesOf(config: Part, vocabulary: ReadonlyMap<string, number>, prefix: string): Merges {
  let base = 1;
  for (const id of vocabulary.values()) base = Math.max(base, id + 1);
  const ranks = new Map<number, number>();
  const made: number[] = [];
  for (const [rank, merge] of config.list('merges').entries()) {
    if (typeof merge === 'string' && merge.startsWith('#version')) continue;
    const pair = typeof merge === 'string' ? merge.split(' ') : merge;
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string' || typeof pair[1] !== 'string') {
      throw config.refused(`has the merge ${rank} ${shown(merge)} where two tokens are needed; check the file.`);
    }
    const [left, right] = pair;
    const tokens = [left, right, left + right.slice(prefix.length)];
    const [a, b, id] = tokens.map((token) => {
      const known = vocabulary.get(token);
      if (known !== undefined) return known;
      throw config.refused(
        `has the merge ${rank}, which needs ${shown(token)}, which is not in its vocabulary; the file is cut or mixed up.`,
      );
    });
    ranks.set(a * base + b, rank);
    made[rank] = id;
  }
  return { ranks, made, base };
}

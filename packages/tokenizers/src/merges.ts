// Learning merges: the pair that occurs most often becomes a token, again and again. (Sennrich et al. 2016; as `BpeTrainer` of Hugging Face's tokenizers does it.)

import { Heap } from './heap.ts';

/** Different words, as symbols that follow each other: word i is `symbols[starts[i] ... starts[i + 1])`. */
export interface Words {
  readonly symbols: Int32Array;
  readonly starts: Int32Array;
  /** How often each occurs. */
  readonly counts: Float64Array;
}

/** The tokens that there are, by id, which grow. */
export interface Vocabulary {
  readonly tokens: string[];
  readonly ids: Map<string, number>;
}

/** A pair that may be merged, as its count was when it was written down, and the words that got it then. */
interface Candidate {
  count: number;
  readonly pair: number;
  readonly words: readonly number[];
}

/**
 * Adds merged tokens to the vocabulary, up to `size`. Of pairs that occur as often, the one of smaller ids is first.
 * Pauses by itself: whoever runs it may let others run meanwhile.
 *
 * The original keeps pairs in a queue with the words they were found in, and does not take the merged pair itself off its
 * count; where a token can be made in two ways, both decide what is merged and when. Here it is the same.
 *
 * @returns pairs of ids in the order of merging. One pair may stand there twice: then the last counts.
 */
export function* learnMerges(
  { symbols, starts, counts }: Words,
  { tokens, ids }: Vocabulary,
  { size, minFrequency }: { readonly size: number; readonly minFrequency: number },
): Generator<void, [left: number, right: number][]> {
  const base = Math.max(size, tokens.length);
  const merges: [number, number][] = [];
  const ends = starts.slice(1);
  const times = new Map<number, number>(); // by pair, left * base + right
  let found = new Map<number, number[]>(); // words by pair, since the queue was last filled
  const change = (pair: number, by: number, word: number) => {
    times.set(pair, (times.get(pair) ?? 0) + by * counts[word]);
    if (by < 0) return;
    const words = found.get(pair);
    if (!words) found.set(pair, [word]);
    else if (words[words.length - 1] !== word) words.push(word);
  };
  const queue = new Heap(isBefore);
  const enqueue = () => {
    for (const [pair, words] of found) {
      const count = times.get(pair) as number;
      if (count > 0) queue.push({ count, pair, words });
    }
    found = new Map();
  };

  for (let word = 0; word < counts.length; word++) {
    for (let at = starts[word]; at + 1 < ends[word]; at++) change(symbols[at] * base + symbols[at + 1], 1, word);
    if (word % 2 ** 16 === 0) yield;
  }
  enqueue();
  while (tokens.length < size && queue.size > 0) {
    const top = queue.pop();
    const count = times.get(top.pair) as number;
    if (top.count !== count) {
      top.count = count;
      queue.push(top);
      continue;
    }
    if (count < 1 || count < minFrequency) break;
    const [left, right] = [Math.floor(top.pair / base), top.pair % base];
    const token = tokens[left] + tokens[right];
    const id = ids.get(token) ?? tokens.push(token) - 1;
    ids.set(token, id);
    merges.push([left, right]);
    for (const word of top.words) {
      const [begin, end] = [starts[word], ends[word]];
      let to = begin;
      for (let at = begin; at < end; at++) {
        const isPair = at + 1 < end && symbols[at] === left && symbols[at + 1] === right;
        if (isPair && to > begin) {
          change(symbols[to - 1] * base + left, -1, word);
          change(symbols[to - 1] * base + id, 1, word);
        }
        symbols[to++] = isPair ? id : symbols[at];
        if (isPair && ++at + 1 < end) {
          change(right * base + symbols[at + 1], -1, word);
          change(id * base + symbols[at + 1], 1, word);
        }
      }
      ends[word] = to;
    }
    enqueue();
    yield;
  }
  return merges;
}

const isBefore = (a: Candidate, b: Candidate): boolean => a.count > b.count || (a.count === b.count && a.pair < b.pair);

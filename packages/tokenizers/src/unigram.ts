// The unigram model: of all ways to cut a word into tokens the one of the highest score. (Kudo 2018; as `Unigram` of Hugging Face's tokenizers.)
import { shown } from '@twilljs/tensor';
import { bytesOf, lacking } from './bpe.ts';
import type { Model } from './models.ts';
import type { Part } from './part.ts';

/** What an unknown character costs beyond the rarest token. */
const PENALTY = 10;

export function unigram(config: Part, vocabulary: ReadonlyMap<string, number>): Model {
  const list = config.list('vocab');
  const scores = Float64Array.from(list, (entry, i) => {
    const score = Array.isArray(entry) ? entry[1] : null;
    if (typeof score === 'number') return score;
    throw config.refused(`has the token ${i} ${shown(entry)} where a text and a score are needed; check the file.`);
  });
  const unknownId = (config.fields.unk_id ?? null) === null ? null : config.whole('unk_id');
  if (unknownId !== null && unknownId >= scores.length) {
    throw config.refused(`has unk_id ${unknownId}, but its vocabulary ends at ${scores.length - 1}; check the file.`);
  }
  const [bytes, fuses] = [config.flag('byte_fallback', false), config.flag('fuse_unk', true)];
  const lowest = scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY) - PENALTY;
  const beginnings = trie(vocabulary);

  /** Where the best way to each place comes from, and by which token. */
  function best(word: string) {
    const from = new Int32Array(word.length + 1).fill(-1);
    const token = new Int32Array(word.length + 1);
    const score = new Float64Array(word.length + 1);
    const offer = (at: number, to: number, id: number, value: number) => {
      if (from[to] >= 0 && score[at] + value <= score[to]) return;
      [from[to], token[to], score[to]] = [at, id, score[at] + value];
    };
    let width = 1;
    for (let at = 0; at < word.length; at += width) {
      width = (word.codePointAt(at) as number) > 0xffff ? 2 : 1;
      let isCovered = false;
      beginnings(word, at, (to, id) => {
        offer(at, to, id, scores[id]);
        isCovered ||= to === at + width;
      });
      if (isCovered) continue;
      if (unknownId === null) throw lacking(config, null, word.slice(at, at + width));
      offer(at, at + width, unknownId, lowest);
    }
    return { from, token };
  }

  return (word) => {
    const { from, token } = best(word);
    const pieces: string[] = []; // the last first
    let unknown = '';
    const flush = () => {
      if (unknown !== '') pieces.push(unknown);
      unknown = '';
    };
    for (let to = word.length; to > 0; to = from[to]) {
      const piece = word.slice(from[to], to);
      if (fuses && token[to] === unknownId) unknown = piece + unknown;
      else {
        flush();
        pieces.push(piece);
      }
    }
    flush();
    return pieces.reverse().flatMap((piece) => {
      const id = vocabulary.get(piece);
      if (id !== undefined) return [id];
      const fallback = bytes ? bytesOf(piece, vocabulary) : null;
      if (fallback) return fallback;
      if (unknownId === null) throw lacking(config, null, piece);
      return [unknownId];
    });
  };
}

/** Tells of all tokens that begin at a place of a word, the shortest first. */
function trie(vocabulary: ReadonlyMap<string, number>) {
  const next = new Map<number, number>(); // node * 2^16 + code unit: node
  const ids: number[] = [];
  let nodes = 1;
  for (const [token, id] of vocabulary) {
    let node = 0;
    for (let at = 0; at < token.length; at++) {
      const key = node * 65536 + token.charCodeAt(at);
      const below = next.get(key);
      if (below === undefined) next.set(key, nodes);
      node = below ?? nodes++;
    }
    if (node > 0) ids[node] = id;
  }
  return (word: string, from: number, tell: (to: number, id: number) => void): void => {
    let node = 0;
    for (let at = from; at < word.length; at++) {
      const below = next.get(node * 65536 + word.charCodeAt(at));
      if (below === undefined) return;
      node = below;
      if (ids[node] !== undefined) tell(at + 1, ids[node]);
    }
  };
}

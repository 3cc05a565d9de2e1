// `tokenizer.json`, checked where it enters.
import { FileError, shown } from '@twilljs/tensor';
import type { AddedToken } from './added.ts';
import { Part } from './part.ts';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** What is read of a file. */
export interface TokenizerFile {
  readonly added: readonly AddedToken[];
  readonly normalizer: Part | null;
  readonly preTokenizer: Part | null;
  readonly postProcessor: Part | null;
  readonly decoder: Part | null;
  readonly model: Part;
  /** Of the model. */
  readonly kind: string;
  /** Ids of the model's tokens. Of two with one text the last counts. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** The model's tokens by id; there may be gaps. A map: nothing grows with a number of the file. */
  readonly names: ReadonlyMap<number, string>;
  /** The same file always gives the same text, however it is spaced. */
  readonly identity: string;
}

/** The largest number of ids, more than any model has. */
const MOST = 2 ** 24;

/** @param kinds of models that are known. @throws FileError which names what is missing or contradicts itself. */
export function readFile(text: string, where: string, kinds: readonly string[]): TokenizerFile {
  const file = objectOf(parsedJson(text, where), where);
  const part = (name: string): Part | null =>
    (file[name] ?? null) === null ? null : new Part(objectOf(file[name], `${where}: ${name}`), `${where}: its ${name}`);
  const model = part('model');
  if (!model) throw new FileError(`${where}: it has no model, so it is no tokenizer.json; give the file of that name.`);
  const kind = kindOf(model.fields);
  if (typeof kind !== 'string' || !kinds.includes(kind)) {
    throw new FileError(`${where}: its model is ${shown(kind)}; those known here are ${kinds.join(', ')}.`);
  }
  const { vocabulary, names } = vocabularyOf(model.fields, kind, where);
  return {
    ...{ model, kind, vocabulary, names },
    added: addedOf(file.added_tokens ?? [], vocabulary, kind === 'Unigram' ? names.size : vocabulary.size, where),
    normalizer: part('normalizer'),
    preTokenizer: part('pre_tokenizer'),
    postProcessor: part('post_processor'),
    decoder: part('decoder'),
    identity: identityOf(file, where),
  };
}

function identityOf(file: JsonObject, where: string): string {
  try {
    return JSON.stringify(file);
  } catch (cause) {
    throw new FileError(`${where}: it goes too deep (${(cause as Error).message}); check the file.`, { cause });
  }
}

export function parsedJson(text: string, where: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new FileError(`${where}: it is no JSON (${(cause as Error).message}); check the file.`, { cause });
  }
}

export function objectOf(value: Json | undefined, where: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new FileError(`${where} is ${shown(value)} where an object is needed; check the file.`);
}

/** Old files do not name the kind of their model. */
const kindOf = ({ type, merges, vocab }: JsonObject): Json | undefined =>
  type ?? (merges ? 'BPE' : Array.isArray(vocab) ? 'Unigram' : undefined);

function vocabularyOf(model: JsonObject, type: string, where: string) {
  const ids = new Map<string, number>();
  const names = new Map<number, string>();
  const add = (token: Json, id: Json) => {
    if (typeof token !== 'string' || !Number.isInteger(id) || (id as number) < 0 || (id as number) >= MOST) {
      throw new FileError(
        `${where}: its vocabulary gives ${shown(token)} the id ${shown(id)}; ids are whole numbers below ${MOST}.`,
      );
    }
    const other = names.get(id as number);
    if (other !== undefined) {
      throw new FileError(
        `${where}: its vocabulary gives ${shown(other)} and ${shown(token)} one id, ${id}; give each its own.`,
      );
    }
    names.set(id as number, token);
    ids.set(token, id as number);
  };
  if (type === 'Unigram') {
    if (!Array.isArray(model.vocab))
      throw new FileError(`${where}: its vocabulary is ${shown(model.vocab)}; a list is needed.`);
    for (const [id, entry] of model.vocab.entries()) add(Array.isArray(entry) ? entry[0] : entry, id);
  } else {
    for (const [token, id] of Object.entries(objectOf(model.vocab, `${where}: its vocabulary`))) add(token, id);
  }
  if (ids.size === 0) throw new FileError(`${where}: its vocabulary is empty; check the file.`);
  return { vocabulary: ids, names };
}

/**
 * Their ids follow those of the model: Hugging Face's tokenizers count them on, whatever the file says, so that a file which says
 * otherwise has two meanings.
 */
function addedOf(list: Json, vocabulary: ReadonlyMap<string, number>, free: number, where: string): AddedToken[] {
  if (!Array.isArray(list))
    throw new FileError(`${where}: added_tokens is ${shown(list)} where a list is needed; check the file.`);
  const known = new Map<string, number>();
  let next = free;
  return list.map((entry, i) => {
    const token = objectOf(entry, `${where}: added_tokens[${i}]`);
    const { content, id } = token;
    if (typeof content !== 'string' || !Number.isInteger(id) || (id as number) < 0 || (id as number) >= MOST) {
      throw new FileError(
        `${where}: added_tokens[${i}] is ${shown(token)}; it needs a content and an id below ${MOST}.`,
      );
    }
    const own = vocabulary.get(content) ?? known.get(content);
    if (id !== (own ?? next)) {
      throw new FileError(
        `${where}: the added token ${shown(content)} has the id ${id}, but ${own === undefined ? `the next free one is ${next}` : `it has ${own} already`}; correct the file.`,
      );
    }
    known.set(content, id as number);
    next = Math.max(next, (id as number) + 1);
    const is = (name: string): boolean => token[name] === true;
    return {
      ...{ id: id as number, content, special: is('special'), normalized: is('normalized') },
      ...{ single_word: is('single_word'), lstrip: is('lstrip'), rstrip: is('rstrip') },
    };
  });
}

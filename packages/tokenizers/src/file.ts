// `tokenizer.json`, checked where it enters.
import { FileError, shown } from '@twilljs/tensor';
import type { AddedToken } from './added.ts';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** What is read of a file. */
export interface TokenizerFile {
  readonly added: readonly AddedToken[];
  readonly normalizer: JsonObject | null;
  readonly preTokenizer: JsonObject | null;
  readonly postProcessor: JsonObject | null;
  readonly decoder: JsonObject | null;
  readonly model: JsonObject & { readonly type: string };
  /** Ids of all tokens, added ones too. */
  readonly ids: ReadonlyMap<string, number>;
  /** The same file always gives the same text, however it is spaced. */
  readonly identity: string;
}

const MODELS = ['BPE', 'Unigram', 'WordPiece'];
/** The largest number of ids, more than any model has. */
const MOST = 2 ** 24;

/** @throws FileError which names what is missing or contradicts itself. */
export function readFile(text: string, where: string): TokenizerFile {
  const file = objectOf(parsedJson(text, where), where);
  const part = (name: string): JsonObject | null =>
    (file[name] ?? null) === null ? null : objectOf(file[name], `${where}: ${name}`);
  const model = part('model');
  if (!model) throw new FileError(`${where}: it has no model, so it is no tokenizer.json; give the file of that name.`);
  const type = kindOf(model, where);
  const ids = idsOf(model, type, where);
  const added = addedOf(file.added_tokens ?? [], ids, where);
  return {
    added,
    normalizer: part('normalizer'),
    preTokenizer: part('pre_tokenizer'),
    postProcessor: part('post_processor'),
    decoder: part('decoder'),
    model: { ...model, type },
    ids,
    identity: JSON.stringify(file),
  };
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
function kindOf(model: JsonObject, where: string): string {
  const type = model.type ?? (model.merges ? 'BPE' : undefined);
  if (typeof type === 'string' && MODELS.includes(type)) return type;
  throw new FileError(`${where}: its model is ${shown(type)}; those known here are ${MODELS.join(', ')}.`);
}

function idsOf(model: JsonObject, type: string, where: string): Map<string, number> {
  const ids = new Map<string, number>();
  const names: string[] = [];
  const add = (token: Json, id: Json) => {
    if (typeof token !== 'string' || !Number.isInteger(id) || (id as number) < 0 || (id as number) >= MOST) {
      throw new FileError(
        `${where}: its vocabulary gives ${shown(token)} the id ${shown(id)}; ids are whole numbers below ${MOST}.`,
      );
    }
    const other = names[id as number];
    if (other !== undefined) {
      throw new FileError(
        `${where}: its vocabulary gives ${shown(other)} and ${shown(token)} one id, ${id}; give each its own.`,
      );
    }
    names[id as number] = token;
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
  return ids;
}

/** Adds their ids. */
function addedOf(list: Json, ids: Map<string, number>, where: string): AddedToken[] {
  if (!Array.isArray(list))
    throw new FileError(`${where}: added_tokens is ${shown(list)} where a list is needed; check the file.`);
  const taken = new Map(Array.from(ids, ([token, id]) => [id, token]));
  return list.map((entry, i) => {
    const token = objectOf(entry, `${where}: added_tokens[${i}]`);
    const { content, id } = token;
    if (typeof content !== 'string' || !Number.isInteger(id) || (id as number) < 0 || (id as number) >= MOST) {
      throw new FileError(
        `${where}: added_tokens[${i}] is ${shown(token)}; it needs a content and an id below ${MOST}.`,
      );
    }
    const [own, other] = [ids.get(content), taken.get(id as number)];
    if ((own ?? id) !== id || (other ?? content) !== content) {
      throw new FileError(
        `${where}: the added token ${shown(content)} has the id ${id}, which contradicts ${own === undefined ? shown(other) : `the id ${own} that it has before`}; give it one of its own.`,
      );
    }
    ids.set(content, id as number);
    taken.set(id as number, content);
    const is = (name: string): boolean => token[name] === true;
    return {
      ...{ id: id as number, content, special: is('special'), normalized: is('normalized') },
      ...{ single_word: is('single_word'), lstrip: is('lstrip'), rstrip: is('rstrip') },
    };
  });
}

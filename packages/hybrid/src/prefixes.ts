// Texts that were read before, as caches by their ids: a prompt that begins like one of them is read from there on.
import { knownOnly, OptionError, shown, whole } from '@twilljs/tensor';
import { type Cache, requireCache } from './cache.ts';
import { checkModel } from './check-model.ts';
import type { IdList } from './ids.ts';
import type { LanguageModel } from './model.ts';

/** How many beginnings are kept. */
export interface PrefixOptions {
  /** Caches kept at most; the one that was used longest ago goes first. Default 8. */
  readonly most?: number;
}

interface Kept {
  readonly ids: Int32Array;
  readonly cache: Cache;
}

/**
 * Caches of one sequence each. A state says nothing about what was read before its last token, so that only a text that was kept whole
 * can begin another one. Weights that change afterwards (training, adapters) are not noticed: make another one then.
 */
export class Prefixes {
  private readonly most: number;
  /** The one used last stands last. */
  private kept: Kept[] = [];

  /** @throws OptionError for an impossible option. */
  constructor(options: PrefixOptions = {}) {
    knownOnly('Prefixes', options, ['most']);
    const { most = 8 } = options;
    whole('Prefixes: most', most, 1);
    this.most = most;
  }

  /** How many there are. */
  get size(): number {
    return this.kept.length;
  }

  /** Keeps a fork of a cache of one sequence, which has read these ids and nothing else. @throws OptionError where it has not. */
  keep(ids: IdList, cache: Cache): void {
    requireList('keep', ids);
    const { batch, positions, owner } = requireCache(cache);
    if (batch !== 1 || positions[0] !== ids.length) {
      throw new OptionError(
        `prefixes.keep: the ids are ${ids.length} but the cache has read ${shown([...positions])}; give all that one sequence has read.`,
      );
    }
    const same = this.kept.find((one) => one.cache.owner === owner && startsWith(ids, one.ids, ids.length));
    if (same) this.drop(same);
    this.kept.push({ ids: Int32Array.from(ids), cache: cache.fork() });
    if (this.kept.length > this.most) this.drop(this.kept[0]);
  }

  /**
   * What was read of the longest text kept that begins these ids and leaves at least one of them to read.
   *
   * @returns a fork that goes on behind its first `positions[0]` ids; null where there is none.
   */
  longest(model: LanguageModel, ids: IdList): Cache | null {
    checkModel('prefixes.longest', model);
    requireList('longest', ids);
    const owner = model.place;
    let found: Kept | null = null;
    for (const one of this.kept) {
      const { length } = one.ids;
      if (one.cache.owner !== owner || length >= ids.length || length <= (found?.ids.length ?? 0)) continue;
      if (startsWith(ids, one.ids, length)) found = one;
    }
    if (!found) return null;
    this.kept = [...this.kept.filter((one) => one !== found), found];
    return found.cache.fork();
  }

  /** Gives all of them back; it may be filled again. */
  [Symbol.dispose](): void {
    for (const one of [...this.kept]) this.drop(one);
  }

  private drop(one: Kept): void {
    this.kept = this.kept.filter((other) => other !== one);
    one.cache[Symbol.dispose]();
  }
}

function requireList(call: string, ids: unknown): void {
  if (Array.isArray(ids) || (ArrayBuffer.isView(ids) && !(ids instanceof DataView))) return;
  throw new OptionError(`prefixes.${call}: ${shown(ids)} is no list of ids; give those that were read.`);
}

/** Whether the first `length` ids are all of `prefix`. */
function startsWith(ids: IdList, prefix: IdList, length: number): boolean {
  if (prefix.length !== length) return false;
  for (let i = 0; i < length; i++) if (ids[i] !== prefix[i]) return false;
  return true;
}

/** @throws OptionError for what is none. */
export function requirePrefixes(where: string, value: unknown): Prefixes {
  if (value instanceof Prefixes) return value;
  throw new OptionError(`${where}: prefixes is ${shown(value)}; give new Prefixes(), or nothing.`);
}

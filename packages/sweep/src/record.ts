// sweep.json: what a sweep is, and where its text came from. A directory belongs to one sweep.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { readText, writeAtomic } from '@twilljs/hub/node';
import { type Fields, readFields, type Values } from '@twilljs/nn';
import { FileError, isTwillError, OptionError } from '@twilljs/tensor';
import { firstDifference, trainVersion } from '@twilljs/train/node';
import type { Known } from './known.ts';
import { readSweepSpec, type SweepSpec } from './spec.ts';

export const SWEEP_FILE = 'sweep.json';

/** Layout of sweep.json. */
const VERSION = 1;

const corpusFields = {
  documents: { type: 'integer', max: Number.MAX_SAFE_INTEGER },
  sha256: { type: 'string' },
} as const satisfies Fields;

const originFields = {
  title: { type: 'string' },
  bytes: { type: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER },
  directory: { type: 'string' },
} as const satisfies Fields;

/** Where the text was: for people, and for whoever repeats the sweep. It may move without harm. */
export interface SweepOrigin extends Values<typeof originFields> {
  /** As they were given, seen from `directory`; null for the text that is read where none is given. */
  readonly patterns: readonly string[] | null;
}

/** `sweep.json`: what a sweep is. */
export interface SweepRecord {
  readonly spec: SweepSpec;
  /** What language cells read, with a hash: equal at every continuation. Null where there are no language cells. */
  readonly corpus: JsonObject | null;
  /** Null in a record that an earlier version wrote, too. */
  readonly origin: SweepOrigin | null;
  /** What trained its models, where that was not Twill: `flame`. */
  readonly trainedBy?: string;
}

/**
 * Reads `sweep.json` of a directory.
 *
 * @param known what its specification may name.
 * @returns null where there is none.
 * @throws FileError naming the field and what is wrong with it.
 */
export function readSweepRecord(directory: string, known: Known): SweepRecord | null {
  const path = join(directory, SWEEP_FILE);
  if (!existsSync(path)) return null;
  return sweepRecordOf(parseJsonObject(readText(path), path), known, path);
}

/** The same, of what is parsed already. */
export function sweepRecordOf(json: JsonObject, known: Known, path: string): SweepRecord {
  checkVersion(json, path);
  try {
    return {
      spec: readSweepSpec(json.spec, known, 'spec'),
      corpus: partOf(json, 'corpus', (corpus) => ({ ...corpus, ...readFields(corpusFields, corpus, 'corpus') })),
      origin: partOf(json, 'origin', (origin) => ({
        ...readFields(originFields, origin, 'origin'),
        patterns: patternsOf(origin.patterns),
      })),
      ...(typeof json.trainedBy === 'string' && { trainedBy: json.trainedBy }),
    };
  } catch (error) {
    if (isTwillError(error)) throw new FileError(`${path}: ${error.message}`);
    throw error;
  }
}

function checkVersion({ version }: JsonObject, path: string): void {
  if (version === VERSION) return;
  throw new FileError(
    `${path}: version is ${JSON.stringify(version) ?? 'missing'} but this program reads ${VERSION}; go on with the version that wrote it.`,
  );
}

function partOf<T>(json: JsonObject, name: 'corpus' | 'origin', read: (part: JsonObject) => T): T | null {
  const part = json[name] ?? null;
  if (part === null) return null;
  if (typeof part === 'object' && !Array.isArray(part)) return read(part);
  throw new OptionError(
    `${name} is ${JSON.stringify(part).slice(0, 60)} where an object or null is needed; correct it.`,
  );
}

function patternsOf(value: unknown): string[] | null {
  if (value === null) return null;
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')) return value;
  throw new OptionError('origin: patterns is no list of texts, nor null; correct it.');
}

/**
 * Claims a directory for a sweep, or finds the same sweep in it.
 *
 * @throws OptionError when it holds another sweep, or files of something else; FileError when its record is damaged.
 */
export function openSweep(directory: string, { spec, corpus, origin, trainedBy }: SweepRecord): void {
  const path = join(directory, SWEEP_FILE);
  if (existsSync(path)) {
    const before = parseJsonObject(readText(path), path);
    checkVersion(before, path);
    if (before.trainedBy !== trainedBy) {
      const [was, is] = [before.trainedBy, trainedBy].map((one) => one ?? 'Twill');
      throw new OptionError(
        `sweep: ${directory} holds a sweep that ${was} trains, and now ${is} would; choose another directory.`,
      );
    }
    const now = { spec: JSON.parse(JSON.stringify(spec)), corpus };
    for (const part of ['spec', 'corpus'] as const) {
      const found = firstDifference(before[part], now[part], part);
      if (!found) continue;
      const same = part === 'corpus' ? 'text (--data)' : 'specification';
      throw new OptionError(
        `sweep: ${found.path} is ${found.before} in ${path} but ${found.now} was asked for; use the same ${same}, or another directory.`,
      );
    }
    return;
  }
  const strange = readdirSync(directory).filter((name) => !name.startsWith('.'));
  if (strange.length > 0) {
    throw new OptionError(
      `sweep: ${directory} holds ${strange.slice(0, 3).join(', ')} but no ${SWEEP_FILE}; choose an empty or another directory.`,
    );
  }
  const { node, v8 } = process.versions;
  const versions = { '@twilljs/train': trainVersion(), node, v8 };
  writeAtomic(path, `${JSON.stringify({ version: VERSION, spec, corpus, origin, trainedBy, versions }, null, 2)}\n`);
}

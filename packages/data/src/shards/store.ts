// Shards that are kept: made once of a text, and found again as long as text and tokenizer are the same.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheDirectory, makeDirectories } from '../cache.ts';
import type { FoundFile } from '../find.ts';
import { partsOf } from '../formats/bytes.ts';
import type { RowOptions } from '../formats/pieces.ts';
import { readFile } from '../formats/read-file.ts';
import { refused, unreadable } from '../refused.ts';
import type { Encoding } from './encode.ts';
import { VERSION } from './layout.ts';
import { inCache, type MakeOptions, makeShard, progressOf, type Source } from './make.ts';
import { DamagedShard, Shard } from './shard.ts';
import { removeAbandoned, temporaryFor } from './temporary.ts';

export interface StoreOptions extends RowOptions, Pick<MakeOptions, 'cuts' | 'onProgress'> {
  readonly signal: AbortSignal;
  /** Told where a shard was damaged. */
  note(line: string): void;
}

/**
 * The shard of files. It is known by where they lie, how large they are and when they were changed; where that is not known, by what
 * they hold; else it is made.
 *
 * @throws FileError where a file cannot be read or changes meanwhile, or the shard cannot be written.
 */
export async function shardOf(files: readonly FoundFile[], encoding: Encoding, options: StoreOptions): Promise<Shard> {
  const { cuts, column, onBadLine, onProgress, note, signal } = options;
  const directory = shardsDirectory();
  const same = [VERSION, encoding.identity, cuts, column ?? null, onBadLine ?? null] as const;
  const outside = keyOf([
    ...same,
    files.map(({ path, format, compression, size, modified }) => [path, format, compression, size, String(modified)]),
  ]);
  const pointer = join(directory, `${outside}.json`);
  const known = pointedTo(pointer);
  const kept = known === null ? null : openKept(join(directory, known), note);
  if (kept) return kept;
  const of = files.reduce((sum, { size }) => sum + size, 0);
  const hashes = await hashesOf(files, of, onProgress, signal);
  const inside = keyOf([...same, files.map(({ format, compression }, i) => [format, compression, hashes[i]])]);
  const path = join(directory, `${inside}.shard`);
  const found = basename(path) === known ? null : openKept(path, note);
  if (!found) {
    await makeShard(path, { sources: sourcesOf(files, options), encoding, cuts, of, onProgress });
    await requireUnchanged(files).catch((error) => {
      rmSync(path, { force: true });
      throw error;
    });
  }
  inCache(directory, () => {
    const temporary = temporaryFor(pointer, 'pointer');
    writeFileSync(temporary, JSON.stringify({ shard: `${inside}.shard` }));
    renameSync(temporary, pointer);
  });
  return found ?? new Shard(path);
}

/** Made as needed, and without what killed processes left. */
function shardsDirectory(): string {
  const directory = join(cacheDirectory(), 'shards');
  inCache(directory, () => {
    makeDirectories(directory);
    removeAbandoned(directory);
  });
  return directory;
}

export const sourcesOf = (
  files: readonly FoundFile[],
  { column, onBadLine, signal }: RowOptions & { readonly signal: AbortSignal },
): Source[] =>
  files.map((file) => ({ name: file.name, pieces: (told) => readFile(file, { column, onBadLine, signal, ...told }) }));

/** A shard of what is read but once: it has no name, and is gone with who reads it. */
export async function passingShard(options: MakeOptions): Promise<Shard> {
  const directory = shardsDirectory();
  const path = temporaryFor(join(directory, 'passing'), 'shard'); // so that a kill leaves it to be removed
  await makeShard(path, options);
  const shard = new Shard(path);
  shard.unlink();
  return shard;
}

const keyOf = (parts: unknown): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40);

/** The name of the shard; null where the pointer is missing or holds none. */
function pointedTo(pointer: string): string | null {
  try {
    const { shard } = JSON.parse(readFileSync(pointer, 'utf8')) as { shard: unknown };
    return typeof shard === 'string' && /^[0-9a-f]{40}\.shard$/.test(shard) ? shard : null;
  } catch {
    return null;
  }
}

/** Null where there is none, or what is there is damaged, of which `note` is told. */
function openKept(path: string, note: (line: string) => void): Shard | null {
  if (!existsSync(path)) return null;
  try {
    return new Shard(path);
  } catch (error) {
    if (!(error instanceof DamagedShard)) throw error;
    note(`the tokens in ${path} are made anew: ${error.message}`);
    return null;
  }
}

/** Bytes that are compared in no time. */
const TOLD = 2 ** 27;

/** SHA-256 of each file as it lies. */
async function hashesOf(
  files: readonly FoundFile[],
  of: number,
  onProgress: MakeOptions['onProgress'],
  signal: AbortSignal,
): Promise<string[]> {
  const tell = progressOf('comparing', of, onProgress);
  const hashes: string[] = [];
  for (const { path, name } of files) {
    const handle = await open(path).catch((error) => {
      throw unreadable(name, error);
    });
    const hash = createHash('sha256');
    try {
      for await (const part of partsOf(handle, (bytes) => of > TOLD && tell(bytes, 0), signal)) hash.update(part);
    } finally {
      await handle.close();
    }
    hashes.push(hash.digest('hex'));
  }
  if (of > TOLD) tell(0, 0, true);
  return hashes;
}

async function requireUnchanged(files: readonly FoundFile[]): Promise<void> {
  for (const { path, name, size, modified } of files) {
    const now = await stat(path, { bigint: true }).catch((error) => {
      throw unreadable(name, error);
    });
    if (now.mtimeNs === modified && Number(now.size) === size) continue;
    throw refused(name, `${name} was changed while it was read; run again when nobody writes it.`);
  }
}

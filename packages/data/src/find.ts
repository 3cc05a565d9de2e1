// Files that paths, directories and patterns stand for, each once.
import type { BigIntStats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { naturalOrder } from './documents.ts';
import { type Format, kindOf, usual } from './formats/kind.ts';
import type { TextFile } from './formats/read-file.ts';
import { refused, unreadable } from './refused.ts';

export interface FindOptions {
  /** What the files hold, whatever they are called. Default: as the name says, else text. */
  readonly format?: Format | undefined;
  /** Told, a line each, of what is there and is not read. */
  note(line: string): void;
}

/** A file as it was when it was found. */
export interface FoundFile extends TextFile {
  /** In nanoseconds. */
  readonly modified: bigint;
}

/** A regular file by the path that led to it. */
interface Found {
  readonly path: string;
  readonly name: string;
  /** Whether no link is on the path. */
  readonly isDirect: boolean;
  readonly facts: BigIntStats;
}

/**
 * Finds files, in natural order of their names (chapter_2 before chapter_10), every one once, whatever the order of the arguments and
 * however many names and links lead to it.
 *
 * @param patterns Paths, directories, or glob patterns with `*`, `**`, `?`, `[...]`, `{a,b}`. Hidden files must be named. Of a
 * directory all files are read, however deep, whose names say what they hold.
 * @throws FileError when a path is missing or neither a file nor a directory, or a pattern or a directory has no file.
 */
export async function findFiles(patterns: readonly string[], { format, note }: FindOptions): Promise<FoundFile[]> {
  const found: Found[] = [];
  for (const pattern of patterns) found.push(...(await filesOf(pattern, note)));
  return onlyOnce(found, note)
    .sort((a, b) => naturalOrder(a.name, b.name))
    .map(({ path, name, facts }) => {
      const kind = kindOf(path);
      const { size, mtimeNs: modified } = facts;
      return { path, name, ...kind, format: format ?? kind.format ?? usual, size: Number(size), modified };
    });
}

/** The files that a path or pattern stands for. */
async function filesOf(pattern: string, note: (line: string) => void): Promise<Found[]> {
  const facts = await statOf(pattern);
  if (!(facts instanceof Error)) {
    return facts.isDirectory() ? filesIn(pattern, note) : [await fileAt(pattern, facts)];
  }
  if (!isDynamicPattern(pattern)) throw unreadable(pattern, facts);
  if (hasLooseBar(pattern)) {
    throw refused(
      pattern,
      `the pattern ${pattern} has a | outside of any (...); write {a,b} to choose, or \\| for itself.`,
    );
  }
  const matches = await glob(pattern, { absolute: true, expandDirectories: false });
  const found: Found[] = [];
  for (const match of matches) {
    const facts = await statOf(match);
    if (facts instanceof Error) throw unreadable(nameOf(match), facts);
    if (facts.isFile()) found.push(await fileAt(match, facts));
    else note(`${nameOf(match)} is ${whatIs(facts)} and is left out`);
  }
  if (found.length === 0) {
    throw refused(pattern, `the pattern ${pattern} matches no file; check it, from ${process.cwd()}.`);
  }
  return found;
}

/** What a run leaves in its directory, whose tables are no text; and where packages lie. */
const [RUN, PACKAGES] = ['run.json', 'node_modules'];

/** The files in a directory, those of the directories in it included. */
async function filesIn(directory: string, note: (line: string) => void): Promise<Found[]> {
  const found: Found[] = [];
  const walk = async (path: string): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true }).catch((error) => {
      throw unreadable(nameOf(resolve(path)), error);
    });
    if (path !== directory && entries.some(({ name }) => name === RUN)) {
      note(`${nameOf(resolve(path))} holds a run and is left out`);
      return;
    }
    for (const entry of entries) {
      const inside = join(path, entry.name);
      const name = nameOf(resolve(inside));
      const leaveOut = (is: string) => note(`${name} is ${is} and is left out`);
      if (entry.name.startsWith('.')) leaveOut('hidden');
      else if (entry.name === PACKAGES) leaveOut('of other people');
      else if (entry.isDirectory()) await walk(inside);
      else if (kindOf(entry.name).format === null) leaveOut('of no known kind');
      else {
        const facts = await statOf(inside);
        if (facts instanceof Error) throw unreadable(name, facts);
        if (facts.isFile()) found.push(await fileAt(inside, facts));
        else leaveOut(whatIs(facts));
      }
    }
  };
  await walk(directory);
  if (found.length > 0) return found;
  throw refused(
    directory,
    `${directory} holds no text, table or lines of JSON; write '${directory.replace(/\/+$/, '')}/**' for all files in it.`,
  );
}

/** Whether a | is in no closed group: the matcher would take what follows it for a pattern of its own, in the working directory. */
function hasLooseBar(pattern: string): boolean {
  let rest = pattern.replaceAll(/\\.|\[[^\]]*\]/g, '');
  for (let before = ''; before !== rest; ) {
    before = rest;
    rest = rest.replaceAll(/\([^()]*\)/g, '');
  }
  return rest.includes('|');
}

/** What stands at a path, links followed. Nothing is opened: that alone may wait for ever. */
const statOf = (path: string): Promise<BigIntStats | NodeJS.ErrnoException> =>
  stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => error);

async function fileAt(given: string, facts: BigIntStats): Promise<Found> {
  if (!facts.isFile()) {
    throw refused(given, `${given} is ${whatIs(facts)}, not a file; write what it gives into a file and name that.`);
  }
  const path = resolve(given);
  return { path, name: nameOf(path), isDirect: (await realpath(path)) === path, facts };
}

/** What stands at a path that is no file. */
function whatIs(facts: BigIntStats): string {
  if (facts.isFIFO()) return 'a named pipe';
  if (facts.isSocket()) return 'a socket';
  return facts.isDirectory() ? 'a directory' : 'a device';
}

/** Each file by one of its names: one without links where there is one, else the first in natural order. */
function onlyOnce(found: readonly Found[], note: (line: string) => void): Found[] {
  const ranked = [...found].sort((a, b) => Number(b.isDirect) - Number(a.isDirect) || naturalOrder(a.name, b.name));
  const files = new Map<string, Found>();
  for (const file of ranked) {
    const key = `${file.facts.dev}:${file.facts.ino}`;
    const first = files.get(key);
    if (first && first.path !== file.path) note(`${file.name} is ${first.name} again and is read once`);
    if (!first) files.set(key, file);
  }
  return [...files.values()];
}

/** The path from the working directory, with forward slashes. */
function nameOf(path: string): string {
  return relative(process.cwd(), path).replaceAll('\\', '/');
}

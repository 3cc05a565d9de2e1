// Documents from files and glob patterns.
import type { BigIntStats } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { FileError, knownOnly, OptionError, shown } from '@twilljs/tensor';
import { glob, isDynamicPattern } from 'tinyglobby';
import { type Document, naturalOrder } from './documents.ts';

export interface ReadOptions {
  /** Told, a line each, of what a pattern found and is not read: other names of the same file, and what is no file. */
  note?(line: string): void;
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
 * Reads files. Each becomes a document, named by its path from the working directory; the list is in natural order of
 * the names (chapter_2 before chapter_10) and has every file once, whatever the order of the arguments and however many
 * names and links lead to it.
 *
 * @param patterns Paths, or glob patterns with `*`, `**`, `?`, `[...]`, `{a,b}`. Hidden files must be named.
 * @throws FileError when a path is missing, is no regular file or cannot be read, a pattern matches no file, or all files are empty.
 */
export async function readDocuments(
  patterns: string | readonly string[],
  options: ReadOptions = {},
): Promise<Document[]> {
  knownOnly('readDocuments', options, ['note']);
  const { note = () => {} } = options;
  const list = typeof patterns === 'string' ? [patterns] : patterns;
  if (!Array.isArray(list) || list.some((pattern) => typeof pattern !== 'string')) {
    throw new OptionError(`readDocuments: ${shown(patterns)} are no paths; give a string or a list of strings.`);
  }
  if (list.length === 0) throw new OptionError('readDocuments: no path and no pattern; give at least one.');
  const found: Found[] = [];
  for (const pattern of list) found.push(...(await filesOf(pattern, note)));
  const files = onlyOnce(found, note).sort((a, b) => naturalOrder(a.name, b.name));
  const documents: Document[] = [];
  for (const file of files) documents.push({ name: file.name, bytes: await readBytes(file) });
  if (documents.every(({ bytes }) => bytes.length === 0)) {
    throw refused(list[0], `${list.join(', ')} holds ${countOf(documents.length)} and no byte; give files with text.`);
  }
  return documents;
}

/** An error about the text that was asked for. @param path the file or pattern. */
const refused = (path: string, fact: string): FileError => new FileError(`data: ${fact}`, { option: 'data', path });

const countOf = (files: number): string => `${files} file${files === 1 ? '' : 's'}`;

/** The files that a path or pattern stands for. */
async function filesOf(pattern: string, note: (line: string) => void): Promise<Found[]> {
  const facts = await statOf(pattern);
  if (!(facts instanceof Error)) return [await fileAt(pattern, facts)];
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
    else note(`${nameOf(match)} is ${kindOf(facts)} and is left out`);
  }
  if (found.length === 0) {
    throw refused(pattern, `the pattern ${pattern} matches no file; check it, from ${process.cwd()}.`);
  }
  return found;
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
  if (facts.isDirectory()) {
    const inside = given.replace(/\/+$/, '');
    throw refused(given, `${given} is a directory, not a file; write '${inside}/**' for all files in it.`);
  }
  if (!facts.isFile()) {
    throw refused(given, `${given} is ${kindOf(facts)}, not a file; write what it gives into a file and name that.`);
  }
  const path = resolve(given);
  return { path, name: nameOf(path), isDirect: (await realpath(path)) === path, facts };
}

/** What stands at a path that is neither a file nor a directory. */
function kindOf(facts: BigIntStats): string {
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

/** A file without bytes is not opened: those of /proc say that they have none, and some of them make a reader wait. */
async function readBytes({ path, name, facts }: Found): Promise<Uint8Array> {
  if (facts.size === 0n) return new Uint8Array(0);
  try {
    const { buffer, byteOffset, byteLength } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw unreadable(name, error as NodeJS.ErrnoException);
  }
}

function unreadable(path: string, error: NodeJS.ErrnoException): FileError {
  if (error.code === 'ENOENT') return refused(path, `${path} does not exist; check the path.`);
  if (error.code === 'ELOOP') return refused(path, `${path} is a link that leads to itself; name the file.`);
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return refused(path, `${path} cannot be read, permission denied; change its permissions.`);
  }
  return refused(path, `${path} cannot be read, ${error.message}; check the file.`);
}

// Cases of a `cases.json`: what must come out equal, and what came out otherwise.
import { readText } from '@twilljs/hub/node';
import { FileError, shown } from '@twilljs/tensor';

/** What came out otherwise. */
export interface WrongCase {
  /** Its place in `cases.json`. */
  readonly index: number;
  /** What it is of: a text, or options. */
  readonly text: string;
  /** `ids`, `decoded`, `probabilities`, ... */
  readonly what: string;
  readonly ours: unknown;
  readonly expected: unknown;
}

export interface Cases {
  readonly count: number;
  readonly wrong: readonly WrongCase[];
}

/**
 * The cases of a file.
 *
 * @param fields their names, for messages.
 * @throws FileError for what is no list of such cases.
 */
export function casesIn<T>(path: string, fields: string, isCase: (value: Record<string, unknown>) => boolean): T[] {
  const list = parsed(path);
  if (!Array.isArray(list)) throw new FileError(`${path}: holds ${shown(list)} where a list of cases is needed.`);
  for (const [i, one] of list.entries()) {
    if (isCase(one ?? {})) continue;
    throw new FileError(`${path}: case ${i} is ${shown(one)} where ${fields} are needed.`);
  }
  return list;
}

/**
 * The cases of a file with one on each line.
 *
 * @param fields their names, for messages.
 * @throws FileError for a line that is no such case.
 */
export function linesIn<T>(path: string, fields: string, isCase: (value: Record<string, unknown>) => boolean): T[] {
  const lines = readText(path).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, i) => {
    const one = parsedText(line, `${path}: line ${i + 1}`);
    if (isCase((one ?? {}) as Record<string, unknown>)) return one as T;
    throw new FileError(`${path}: line ${i + 1} is ${shown(one)} where ${fields} are needed.`);
  });
}

/** What differs between ours and the golden, as JSON has it. */
export function different(
  index: number,
  text: string,
  pairs: readonly (readonly [what: string, ours: unknown, expected: unknown])[],
): WrongCase[] {
  return pairs
    .filter(([, ours, expected]) => JSON.stringify(ours) !== JSON.stringify(expected))
    .map(([what, ours, expected]) => ({ index, text, what, ours, expected }));
}

/** Whether the first case of a file has a field; false for what is no list of objects. */
export function firstHas(path: string, field: string): boolean {
  try {
    const list = parsed(path);
    const [first] = Array.isArray(list) ? list : [];
    return typeof first === 'object' && first !== null && field in first;
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

/** Whether the first line of a file is an object with these fields. */
export function firstLineHas(path: string, fields: readonly string[]): boolean {
  const [line] = readText(path).split('\n', 1);
  try {
    const first: unknown = JSON.parse(line);
    return typeof first === 'object' && first !== null && fields.every((field) => field in first);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

const parsed = (path: string): unknown => parsedText(readText(path), path);

function parsedText(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FileError(`${where}: it is no JSON (${(cause as Error).message}); check the file.`, { cause });
  }
}

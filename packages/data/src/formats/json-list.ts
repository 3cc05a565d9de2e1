// A list of objects as one JSON value: cut into its elements, so that what is broken has its row and line.
import { refused } from '../refused.ts';
import type { ObjectLine } from './jsonl.ts';

/** Each object and the line on which it begins. @throws FileError naming the row and that line. */
export function objectsInList(text: string, name: string): ObjectLine[] {
  const rows: ObjectLine[] = [];
  for (const { part, line } of elementsOf(text, name)) {
    const where = `${name}, line ${line}: row ${rows.length + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(part);
    } catch (error) {
      throw refused(name, `${where} is no JSON (${(error as Error).message}); correct it.`);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw refused(name, `${where} is no object; write {"column": value, ...}.`);
    }
    rows.push({ object: value as Record<string, unknown>, number: line });
  }
  return rows;
}

/** The texts between the commas of the outermost list, and the line on which each begins. */
function* elementsOf(text: string, name: string): Generator<{ part: string; line: number }> {
  let [depth, line, begin, beginLine] = [0, 1, -1, 1];
  let isClosed = false;
  let isDue = false; // an element, after a comma
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '\n') line++;
    if (/\s/.test(letter)) continue;
    if (isClosed) throw refused(name, `${name}, line ${line}: something follows the list; take it away.`);
    const isEnd = depth === 1 && (letter === ',' || letter === ']');
    if (isEnd && (begin !== -1 || letter === ',' || isDue)) {
      yield { part: begin === -1 ? '' : text.slice(begin, at), line: begin === -1 ? line : beginLine };
      begin = -1;
      isDue = letter === ',';
    } else if (!isEnd && depth === 1 && begin === -1) [begin, beginLine] = [at, line];
    if (letter === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
    } else if (letter === '[' || letter === '{') depth++;
    else if (letter === ']' || letter === '}') isClosed = --depth === 0;
  }
  if (!isClosed) throw refused(name, `${name}, line ${line}: the list is not closed, its end is missing; get it anew.`);
}

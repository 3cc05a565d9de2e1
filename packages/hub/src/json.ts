// JSON that says where it is broken, and makes no silent choice: duplicate keys, deep nesting and overflow are errors.
import { FileError, OptionError, shown } from '@twilljs/tensor';
import { mistakenFor } from './mistaken.ts';
import { nativeJson } from './native-json.ts';

/** A value of JSON. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
/** An object of JSON. */
export interface JsonObject {
  [key: string]: Json;
}

/** Deeper than any configuration or header; keeps hostile files from exhausting the stack. */
const MAX_DEPTH = 64;

/** Words that stand for values: those of JSON, and with them what Python's json writes for numbers that are not finite. */
const jsonWords: Words = [
  ['null', null],
  ['true', true],
  ['false', false],
];
const pythonWords: Words = [
  ...jsonWords,
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
];
type Words = readonly (readonly [word: string, value: null | boolean | number])[];

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9';

class Parser {
  private at = 0;
  /** Of the lists that are not at their end: a list that grew by itself would have room for 17. */
  private readonly items: Json[] = [];
  private count = 0;
  private readonly text: string;
  private readonly where: string;
  private readonly words: Words;

  constructor(text: string, where: string, words: Words) {
    if (typeof text !== 'string') {
      throw new OptionError(`${where}: ${shown(text)} is given where a text of JSON is needed; give a string.`);
    }
    this.text = text;
    this.where = where;
    this.words = words;
  }

  document(): Json {
    return nativeJson(this.text, MAX_DEPTH) ?? this.parsed();
  }

  private parsed(): Json {
    this.space();
    const value = this.value(0);
    this.space();
    if (this.at < this.text.length) this.fail('the end of the file');
    return value;
  }

  private value(depth: number): Json {
    if (depth > MAX_DEPTH) this.reject(`nested more than ${MAX_DEPTH} levels deep`);
    const c = this.text[this.at];
    if (c === '{') return this.object(depth);
    if (c === '[') return this.array(depth);
    if (c === '"') return this.string();
    if (isDigit(c)) return this.number();
    const word = this.word();
    if (word) return word[1];
    if (c === '-') return this.number();
    return this.fail('a value');
  }

  private word(): Words[number] | undefined {
    const found = this.words.find(([text]) => this.text.startsWith(text, this.at));
    this.at += found?.[0].length ?? 0;
    return found;
  }

  private object(depth: number): JsonObject {
    const result: JsonObject = {};
    this.at++;
    this.space();
    if (this.take('}')) return result;
    do {
      this.space();
      const start = this.at;
      if (this.text[this.at] !== '"') this.fail('a key in double quotes');
      const key = this.string();
      if (Object.hasOwn(result, key)) this.reject(`has the key ${JSON.stringify(key)} twice`, start);
      this.space();
      if (!this.take(':')) this.fail("':'");
      this.space();
      const value = this.value(depth + 1);
      // A plain assignment to __proto__ would change the prototype instead of adding a key.
      if (key === '__proto__')
        Object.defineProperty(result, key, { value, enumerable: true, writable: true, configurable: true });
      else result[key] = value;
      this.space();
    } while (this.take(','));
    if (!this.take('}')) this.fail("',' or '}'");
    return result;
  }

  private array(depth: number): Json[] {
    this.at++;
    this.space();
    if (this.take(']')) return [];
    const begin = this.count;
    do {
      this.space();
      const item = this.value(depth + 1);
      this.items[this.count++] = item;
      this.space();
    } while (this.take(','));
    if (!this.take(']')) this.fail("',' or ']'");
    const end = this.count;
    this.count = begin;
    return this.items.slice(begin, end);
  }

  private string(): string {
    const start = this.at++;
    let isPlain = true;
    for (; this.at < this.text.length; this.at++) {
      const c = this.text[this.at];
      if (c === '\\') {
        this.at++;
        isPlain = false;
      } else if (c === '"') break;
      else if (c < ' ') this.reject('has a control character in a string');
    }
    if (this.at >= this.text.length) this.reject('has a string without an end', start);
    this.at++;
    if (isPlain) return this.text.slice(start + 1, this.at - 1);
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      return this.reject('has a broken escape in a string', start);
    }
  }

  private number(): number {
    NUMBER.lastIndex = this.at;
    if (!NUMBER.test(this.text)) return this.fail('a number');
    const found = this.text.slice(this.at, NUMBER.lastIndex);
    const value = Number(found);
    if (!Number.isFinite(value)) this.reject(`has the number ${found.slice(0, 20)}, which overflows`);
    this.at += found.length;
    return value;
  }

  private space(): void {
    for (; this.at < this.text.length; this.at++) {
      const c = this.text[this.at];
      if (c !== ' ' && c !== '\n' && c !== '\r' && c !== '\t') return;
    }
  }

  private take(c: string): boolean {
    if (this.text[this.at] !== c) return false;
    this.at++;
    return true;
  }

  private fail(expected: string): never {
    const found = this.at < this.text.length ? JSON.stringify(this.text[this.at]) : 'the end of the file';
    return this.reject(`expected ${expected} but found ${found}`);
  }

  private reject(what: string, at = this.at): never {
    const before = this.text.slice(0, at);
    const line = before.split('\n').length;
    const column = at - before.lastIndexOf('\n');
    throw new FileError(`${this.where}: not valid JSON, ${what} at line ${line}, column ${column}; correct it there.`);
  }
}

/**
 * Parses JSON as `JSON.parse` does, but names the line and column of an error and refuses duplicate keys.
 *
 * @param where Name of the file, for messages.
 * @throws FileError when the text is not JSON, repeats a key, nests deeper than 64 levels or has a number beyond f64.
 */
export function parseJson(text: string, where: string): Json {
  return new Parser(text, where, jsonWords).document();
}

/** `parseJson` for a text that must be an object. @throws FileError also for any other kind of value. */
export function parseJsonObject(text: string, where: string): JsonObject {
  return objectIn(parseJson(text, where), where);
}

/**
 * The object in a file that Python wrote, such as a `config.json`: its json writes bare `NaN`, `Infinity` and `-Infinity`.
 *
 * @throws FileError as `parseJsonObject`; one that says so where the file is no JSON at all, but a Git LFS pointer or a web page.
 */
export function parsePythonObject(text: string, where: string): JsonObject {
  const parser = new Parser(text, where, pythonWords);
  const bytes = new TextEncoder().encode(text);
  const mistaken = /^\s*(<|version https:)/.test(text) && mistakenFor(bytes, bytes.length, 'JSON');
  if (mistaken) throw new FileError(`${where}: ${mistaken}`);
  return objectIn(parser.document(), where);
}

function objectIn(value: Json, where: string): JsonObject {
  if (isObject(value)) return value;
  throw new FileError(`${where}: holds ${kindOf(value)} where a JSON object { ... } is needed; give an object.`);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The kind of a JSON value in words, for messages. */
export function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

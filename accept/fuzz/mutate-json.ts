// What careless and hostile hands make of JSON: other values, other names, and texts that no writer of JSON would write.
import type { Random } from '@twilljs/tensor';
import { pick } from './mutate-bytes.ts';

/** Stands in a value for text that JSON.stringify cannot write: a bare word, a number beyond f64, a name that is there twice. */
const [RAW, TWICE] = ['\u0001', '\u0002'];
const raw = (text: string): string => `${RAW}${text}${RAW}`;

const numbers = [0, -0, 1, -1, 2, 3, 7, 0.5, 1.5, -2.5, 1e-300, 1e21, 1e300, 255, 256, 2 ** 31, 2 ** 32 + 5, 2 ** 53];
const wordsOfNoJson = [
  'NaN',
  'Infinity',
  '-Infinity',
  'undefined',
  '1e999',
  '-1e999',
  '01',
  '+1',
  '0x10',
  '1_000',
  '--1',
];
const texts = [
  '',
  ' ',
  '3',
  '-1',
  'NaN',
  'null',
  'true',
  '__proto__',
  'constructor',
  '--help',
  '../..',
  '/etc/passwd',
  '\0',
];
const names = ['__proto__', 'toString', 'constructor', 'hasOwnProperty', 'valueOf', 'length', 'then', '', '0', '$ref'];

type Maker = (random: Random) => unknown;

const makers: readonly Maker[] = [
  (random) => pick(random, numbers),
  (random) => pick(random, numbers),
  (random) => random.int(2 ** 32) / 2 ** random.int(40),
  (random) => pick(random, texts),
  (random) => raw(pick(random, wordsOfNoJson)),
  (random) => pick(random, [null, true, false]),
  (random) => pick(random, [[], {}, [[]], [null], { a: 1 }, [1, 2, 3], { length: 3 }]),
  (random) => 'long '.repeat(1 + random.int(2000)),
  (random) => String.fromCodePoint(...random.ints(3, 0xd7ff), 0x1f600, 0x202e),
  (random) => raw('['.repeat(1 + random.int(200))),
  () => raw(`${'['.repeat(80)}${']'.repeat(80)}`),
  (random) => raw(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`.slice(0, 1 + random.int(40_000))),
];

type Container = Record<string, unknown>;
type Place = readonly [parent: Container, key: string];

/** All places in a value, not too deep; arrays are containers too, with their indices as keys. */
function placesIn(value: unknown, depth = 0): Place[] {
  if (typeof value !== 'object' || value === null || depth > 20) return [];
  const container = value as Container;
  return Object.keys(container).flatMap((key): Place[] => [[container, key], ...placesIn(container[key], depth + 1)]);
}

/** As an own property, whatever the name. */
function define(container: Container, key: string, value: unknown): void {
  Object.defineProperty(container, key, { value, enumerable: true, writable: true, configurable: true });
}

function rename(parent: Container, key: string, to: string): void {
  const value = parent[key];
  delete parent[key];
  define(parent, to, value);
}

/** The name with a slip of the pen. */
function misspelt(name: string, random: Random): string {
  const at = random.int(name.length + 1);
  return pick(random, [`${name}s`, name.toUpperCase(), ` ${name}`, name.slice(0, at) + name.slice(at + 1)]);
}

type Edit = (places: readonly Place[], random: Random, value: Container) => void;

const edits: readonly Edit[] = [
  function otherValue(places, random) {
    const [parent, key] = pick(random, places);
    define(parent, key, pick(random, makers)(random));
  },
  function otherValueAtTheTop(_, random, value) {
    const keys = Object.keys(value);
    if (keys.length > 0) define(value, pick(random, keys), pick(random, makers)(random));
  },
  function nearNumber(places, random) {
    const numeric = places.filter(([parent, key]) => typeof parent[key] === 'number');
    if (numeric.length === 0) return;
    const [parent, key] = pick(random, numeric);
    const old = parent[key] as number;
    parent[key] = pick(random, [old + 1, old - 1, -old, old * 2, old / 2, old + 0.5, String(old), [old]]);
  },
  function valueOfAnotherPlace(places, random) {
    const [[parent, key], [other, from]] = [pick(random, places), pick(random, places)];
    define(parent, key, structuredClone(other[from]));
  },
  function lose([...places], random) {
    const [parent, key] = pick(random, places);
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  },
  function renamed(places, random) {
    const [parent, key] = pick(random, places);
    if (!Array.isArray(parent)) rename(parent, key, random.int(2) === 0 ? misspelt(key, random) : pick(random, names));
  },
  function doubled(places, random) {
    const [parent, key] = pick(random, places);
    if (Array.isArray(parent)) parent.push(parent[Number(key)]);
    else define(parent, key + TWICE, pick(random, [parent[key], null, 1]));
  },
  function added(places, random) {
    const [parent] = pick(random, places);
    if (!Array.isArray(parent)) define(parent, pick(random, names), pick(random, makers)(random));
  },
];

function written(value: unknown, indent: number): string {
  const text = JSON.stringify(value, null, indent) ?? '';
  return text
    .replaceAll('\\u0002', '')
    .replaceAll(/"\\u0001(.*?)\\u0001"/g, (_, inner: string) => JSON.parse(`"${inner}"`));
}

/** The text of a JSON value with one thing changed; null where the text is none, or one too deep to be written again. */
export function mutateJson(text: string, random: Random): string | null {
  try {
    const value: unknown = JSON.parse(text);
    const places = placesIn(value);
    if (places.length === 0 || random.int(40) === 0) return written(pick(random, makers)(random), 0);
    pick(random, edits)(places, random, value as Container);
    return written(value, text.includes('\n  ') ? 2 : 0);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}

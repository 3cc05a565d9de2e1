// What a caller writes: names and numbers of option bags, checked where they enter.
import { OptionError } from './errors.ts';

/**
 * Refuses a bag of options that is no object, or holds a name which nobody reads: a misspelt option must not become its default.
 *
 * @param where whose options they are, for the message: `train`.
 * @param known every name that may stand in it.
 * @throws OptionError naming the first unknown one and the nearest known one, or all where none is near.
 */
export function knownOnly(where: string, given: unknown, known: readonly string[]): void {
  objectOnly(where, given);
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    const next = near ? `did you mean ${near}?` : known.length > 0 ? `it has ${known.join(', ')}.` : 'it has none.';
    throw new OptionError(`${where}: there is no option ${printable(name)}; ${next}`);
  }
}

/**
 * Refuses what is no object with names of its own: a Map or a promise has none that anybody would read, and names that stand on a
 * prototype are read here and missed there.
 *
 * @param where whose options they are, for the message.
 */
export function objectOnly(where: string, given: unknown): asserts given is object {
  if (!/^\[object (Object|Module)\]$/.test(Object.prototype.toString.call(given))) {
    throw new OptionError(`${where}: the options are ${shown(given)} where an object is needed; give { ... }.`);
  }
  const name = inheritedName(given as object);
  if (name === undefined) return;
  throw new OptionError(
    `${where}: ${printable(name)} stands on the prototype of the options; give it in { ... } itself.`,
  );
}

/** The first name that an object has by a value or a getter of a prototype, as `Object.create` and classes make them. */
function inheritedName(given: object): string | undefined {
  for (let at = Object.getPrototypeOf(given); at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const own = Object.entries(Object.getOwnPropertyDescriptors(at));
    const found = own.find(([name, { enumerable, get }]) => (enumerable || get) && name !== '__proto__');
    if (found) return found[0];
  }
  return undefined;
}

/**
 * The known name that a misspelt one most likely stands for: one of which it is a slip, one with few letters changed, or one of
 * some of its words (`num_attention_heads`: `num_heads`).
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const words = wordsOf(name);
  const shorter = known.filter((candidate) => wordsOf(candidate).length > 1);
  return slipOf(name, known) ?? closest(name, known, 3) ?? shorter.find((candidate) => has(words, wordsOf(candidate)));
}

/**
 * The known name of which another one is hardly anything but a slip: the same letters in another case, at most one in five
 * changed, or a name with all of its words (`num_layers`: `num_hidden_layers`).
 */
export function slipOf(name: string, known: readonly string[]): string | undefined {
  const words = wordsOf(name);
  return closest(name, known, 5) ?? known.find((candidate) => has(wordsOf(candidate), words));
}

const has = (whole: readonly string[], part: readonly string[]): boolean =>
  part.length > 0 && part.every((word) => whole.some(alike(word)));

/** The known name that fewest letters make of this one, at most one in `share`. */
function closest(name: string, known: readonly string[], share: number): string | undefined {
  const plain = folded(name);
  const most = Math.max(1, Math.floor(plain.length / share));
  const edits = known.map((candidate) => {
    const other = folded(candidate);
    return Math.abs(other.length - plain.length) > most ? Number.POSITIVE_INFINITY : editsBetween(plain, other);
  });
  const least = Math.min(...edits);
  return least <= most ? known[edits.indexOf(least)] : undefined;
}

const alike = (word: string) => (other: string) =>
  word === other ||
  (other.length > 2 && word.startsWith(other)) ||
  (word.length > 3 && editsBetween(word.slice(0, 64), other.slice(0, 64)) <= 1);

const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_\-\s]+/)
    .filter(Boolean);

const folded = (name: string): string => wordsOf(name.slice(0, 64)).join('');

/** Letters inserted, removed, replaced or exchanged with their neighbour (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  let [before, above, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j), [] as number[]];
  for (let i = 1; i <= a.length; i++) {
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + Number(a[i - 1] !== b[j - 1]));
      const exchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (exchanged) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, above, row] = [above, row, before];
  }
  return above[b.length];
}

/**
 * Refuses what is not a whole number from `from` to `to`.
 *
 * @param what whose number it is, for the message: `windows: length`.
 * @throws OptionError naming the value.
 */
export function whole(what: string, value: unknown, from: number, to = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && (value as number) >= from && (value as number) <= to) return;
  const range = to === Number.MAX_SAFE_INTEGER ? `of at least ${from}` : `from ${from} to ${to}`;
  throw new OptionError(`${what} is ${shown(value)}; give a whole number ${range}.`);
}

/** Refuses what is not a finite number from `from` to `to`. @throws OptionError naming the value. */
export function finite(what: string, value: unknown, from = -Number.MAX_VALUE, to = Number.MAX_VALUE): void {
  if (typeof value === 'number' && value >= from && value <= to) return;
  const lower = from === -Number.MAX_VALUE ? '' : ` of at least ${from}`;
  const upper = to === Number.MAX_VALUE ? '' : `${lower ? ' and' : ''} of at most ${to}`;
  throw new OptionError(`${what} is ${shown(value)}; give a finite number${lower}${upper}.`);
}

/** Refuses what cannot be called. @throws OptionError naming the value. */
export function requireFunction(where: string, value: unknown): void {
  if (typeof value !== 'function') throw new OptionError(`${where}: ${shown(value)} is no function; give () => ....`);
}

/** Refuses what is neither true nor false. @throws OptionError naming the value. */
export function flag(what: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new OptionError(`${what} is ${shown(value)}; give true or false.`);
}

/** Refuses what is no number; infinities and NaN are some. @throws OptionError naming the value. */
export function number(what: string, value: unknown): void {
  if (typeof value !== 'number') throw new OptionError(`${what} is ${shown(value)}; give a number.`);
}

/** Refuses what is none of a few words or other values. @throws OptionError naming it and them. */
export function oneOf(what: string, value: unknown, choices: readonly unknown[]): void {
  if (choices.includes(value)) return;
  throw new OptionError(`${what} is ${shown(value)}; give ${choices.map((choice) => shown(choice)).join(' or ')}.`);
}

/** A name as it can stand in a message: on one line, without control characters, and short. */
function printable(name: string): string {
  const text = JSON.stringify(name).slice(1, -1);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** A value as a person wrote it, on one line and short enough for a message. */
export function shown(value: unknown, most = 60): string {
  const text = textOf(value);
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}

function textOf(value: unknown, depth = 0): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n (a bigint)`;
  if (typeof value === 'function') return `a function${value.name && ` (${value.name})`}`;
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  const { length } = value as { length?: unknown };
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return (length as number) > 16 || depth > 2
      ? `a list of ${length} values`
      : `[${Array.from(value as never[], (part) => textOf(part, depth + 1)).join(', ')}]`;
  }
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  if (name && name !== 'Object') return `a ${name}`;
  const keys = Object.keys(value).slice(0, 8);
  return keys.length === 0 ? '{}' : `{ ${keys.join(', ')} }`;
}

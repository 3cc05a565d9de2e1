// What damage and careless editing make of a JSON file: for property tests of readers.
import fc from 'fast-check';

const odd: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e300,
  -0,
  2 ** 53,
  '',
  '3',
  'x',
  [],
  [1],
  {},
  { a: 1 },
  '--help',
];
const names = ['__proto__', 'toString', 'constructor', 'hasOwnProperty', 'valueOf', 'stpe', ''];

/** All places in a value, as lists of keys. */
function placesIn(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...at, key]))];
}

function changed(
  value: unknown,
  [key, ...rest]: readonly string[],
  act: (parent: object, key: string) => void,
): unknown {
  const copy = structuredClone(value) as Record<string, unknown>;
  let parent = copy;
  let last = key;
  for (const next of rest) {
    parent = parent[last] as Record<string, unknown>;
    last = next;
  }
  act(parent, last);
  return copy;
}

const set = (to: unknown) => (parent: object, key: string) =>
  Object.defineProperty(parent, key, { value: to, enumerable: true, writable: true, configurable: true });

/** Texts of a JSON file with one thing changed: another value, a field less or more, or bytes of another kind. */
export function mutationsOf(json: unknown): fc.Arbitrary<string> {
  const place = fc.constantFrom(...placesIn(json).slice(1));
  const text = JSON.stringify(json, null, 2);
  const edited = fc.oneof(
    fc.tuple(place, fc.constantFrom(...odd)).map(([at, value]) => changed(json, at, set(value))),
    fc.tuple(place).map(([at]) => changed(json, at, (parent, key) => Reflect.deleteProperty(parent, key))),
    fc
      .tuple(place, fc.constantFrom(...names), fc.constantFrom(...odd))
      .map(([at, name, value]) => changed(json, at, (parent) => set(value)(parent, name))),
  );
  const bytes = fc
    .tuple(fc.nat(text.length - 1), fc.integer({ min: 0, max: 127 }))
    .map(([at, code]) => text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1));
  const cut = fc.nat(text.length).map((at) => text.slice(0, at));
  return fc.oneof(
    edited.map((value) => JSON.stringify(value, null, 2)),
    bytes,
    cut,
  );
}

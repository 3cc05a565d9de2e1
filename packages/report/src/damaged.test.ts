// Results and records of sweeps that were damaged or edited: read, or refused in words; never a crash, never a report of nonsense.
import { parseJsonObject } from '@twilljs/hub';
import { readSweepResults, type SweepResults } from '@twilljs/sweep';
import { sweepRecordOf } from '@twilljs/sweep/node';
import { isTwillError } from '@twilljs/tensor';
import fc from 'fast-check';
import { known, study as reading } from 'twilljs';
import { expect, it } from 'vitest';
import { buildReport } from './build.ts';
import { markdown } from './markdown.ts';
import { plausible, syntheticResults } from './synthetic.test-data.ts';

type Tree = Record<string, unknown>;

const study = syntheticResults('small', plausible);
const results: SweepResults = {
  ...study,
  cells: study.cells.map((cell) => ({ ...cell, losses: cell.losses.slice(0, 2) })),
};
const origin = { title: 'A book', bytes: 1234, directory: '/home/a', patterns: ['*.txt'] };
const record = { version: 1, spec: study.spec, corpus: { documents: 3, sha256: 'a'.repeat(64) }, origin };

const strange = fc.oneof(
  fc.constantFrom(null, true, '', 'x', 'toString', '__proto__', '--help', [], [null], {}, -1, 0, 1.5, 2 ** 53, 1e300),
  fc.constantFrom({ toString: 1 }, { __proto__: null, constructor: 2 }, [[]], '\u001b[2J'),
);
const names = fc.constantFrom('__proto__', 'toString', 'constructor', 'hasOwnProperty', 'x');

/** Every place of a value: the keys that lead to it. */
function placesOf(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, part]) => placesOf(part, [...at, key]))].filter(
    (p) => p.length > 0,
  );
}

/** JSON text with one place changed, removed, or given another key beside it. */
function damaged(value: object, place: readonly string[], act: (parent: Tree, key: string) => void): string {
  const copy = JSON.parse(JSON.stringify(value)) as Tree;
  const parent = place.slice(0, -1).reduce((part, key) => part[key] as Tree, copy);
  act(parent, place.at(-1) as string);
  return JSON.stringify(copy);
}

/** A damaged form of a value, as text. */
function damage(value: object): fc.Arbitrary<string> {
  const place = fc.constantFrom(...placesOf(value));
  const text = JSON.stringify(value);
  return fc.oneof(
    fc.tuple(place, strange).map(([at, other]) => damaged(value, at, (parent, key) => (parent[key] = other))),
    place.map((at) =>
      damaged(value, at, (parent, key) => (Array.isArray(parent) ? parent.splice(Number(key), 1) : delete parent[key])),
    ),
    fc
      .tuple(place, names, strange)
      .map(([at, name, other]) =>
        damaged(value, at, (parent) =>
          Object.defineProperty(parent, name, { value: other, enumerable: true, configurable: true }),
        ),
      ),
    fc
      .tuple(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }))
      .map(([i, letter]) => text.slice(0, i) + letter + text.slice(i + 1)),
    fc.nat(text.length - 1).map((i) => text.slice(0, i)),
  );
}

/** What reading gives, or null where it was refused in words. */
function readOrRefused<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!isTwillError(error)) throw error;
    expect(error.message).toMatch(/^f\.json: .+[.?]$/s);
    return null;
  }
}

it('results.json', () => {
  let refused = 0;
  fc.assert(
    fc.property(damage(results), (text) => {
      const read = readOrRefused(() => readSweepResults(text, known, 'f.json'));
      if (read === null) refused++;
      else {
        const loaded = { directory: 'd', results: read, known, record: null, machines: [], unfinished: [] };
        const said = markdown(buildReport([loaded], reading));
        expect(said.match(/.{0,60}(NaN|undefined|Infinity).{0,60}/)?.[0]).toBeUndefined();
      }
    }),
    { numRuns: 300 },
  );
  expect(refused).toBeGreaterThan(50);
});

it('sweep.json', () => {
  let refused = 0;
  fc.assert(
    fc.property(damage(record), (text) => {
      const read = readOrRefused(() => sweepRecordOf(parseJsonObject(text, 'f.json'), known, 'f.json'));
      if (read === null) refused++;
      else expect(read.spec.grids.length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
  expect(refused).toBeGreaterThan(50);
});

it.each<[string, (whole: typeof record) => unknown, RegExp]>([
  ['another version', (whole) => ({ ...whole, version: 2 }), /version is 2 but this program reads 1/],
  ['no version', ({ version: _, ...rest }) => rest, /version is missing/],
  ['a corpus that is a list', (whole) => ({ ...whole, corpus: [1] }), /corpus is \[1\] where an object or null/],
  ['a corpus without a hash', (whole) => ({ ...whole, corpus: { documents: 3 } }), /corpus: sha256 is missing/],
  [
    'patterns that are none',
    (whole) => ({ ...whole, origin: { ...origin, patterns: [1] } }),
    /origin: patterns is no list/,
  ],
  ['no specification', (whole) => ({ ...whole, spec: null }), /spec is null where an object is needed/],
])('sweep.json with %s', (_, change, message) => {
  const text = JSON.stringify(change(record));
  expect(() => sweepRecordOf(parseJsonObject(text, 'f.json'), known, 'f.json')).toThrow(message);
});

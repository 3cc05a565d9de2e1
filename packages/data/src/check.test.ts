// Whatever is handed in: ids or a typed error, and no option that nobody reads.
import { isTwillError, rng } from '@twilljs/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  copies,
  coveringWindows,
  curriculum,
  decodeText,
  encodeText,
  evaluationWindows,
  joinDocuments,
  mqar,
  pack,
  parity,
  splitDocuments,
  uniformMqar,
  windows,
  zoologyMqar,
} from './index.ts';

const tokens = Uint8Array.from({ length: 300 }, (_, i) => i % 256);
const source = rng(1);
const documents = [{ name: 'a', bytes: tokens }];

/** Every function with a bag, and a bag that it takes. */
const bags: Record<string, [(bag: never) => unknown, object]> = {
  windows: [windows, { tokens, length: 4, batch: 2, source }],
  evaluationWindows: [evaluationWindows, { tokens, length: 4, count: 2, source }],
  coveringWindows: [(bag) => [...coveringWindows(bag)], { tokens, length: 4, batch: 2, overlap: 1 }],
  copies: [copies, { tokens, count: 2, source, span: 4, distance: 8, context: 2 }],
  pack: [pack, { documents: [tokens], separator: [], length: 4, batch: 2, source }],
  mqar: [mqar, { length: 16, vocab: 16, pairs: 2, steps: 9, batch: 2, source }],
  uniformMqar: [uniformMqar, { length: 16, vocab: 16, pairs: 2, batch: 2, source }],
  zoologyMqar: [zoologyMqar, { length: 16, vocab: 64, pairs: 2, power: 1, filler: 'zero', batch: 2, source }],
  parity: [parity, { length: 4, batch: 2, source }],
  splitDocuments: [(bag) => splitDocuments(documents, bag), { every: 5, within: true }],
};

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    Number.NaN,
    -1,
    1.7,
    -0,
    2 ** 32 + 5,
    2 ** 53,
    1e300,
    '7',
    '',
    true,
    Symbol('x'),
    7n,
  ),
  fc.constantFrom<unknown>([], {}, [[1]], [undefined], 'text', () => 1, new Map(), new Date(0)),
  fc.constantFrom<unknown>(
    Float32Array.of(0.5),
    Int32Array.of(-1, 2),
    new Uint8Array(0),
    new DataView(new ArrayBuffer(4)),
  ),
);

describe('option bags', () => {
  it.each(Object.entries(bags))('%s refuses a name that nobody reads', (_, [call, bag]) => {
    expect(() => call(bag as never)).not.toThrow();
    for (const name of Object.keys(bag)) {
      expect(() => call({ ...bag, [`${name}s`]: 1 } as never)).toThrow(
        `there is no option ${name}s; did you mean ${name}?`,
      );
    }
  });

  it.each(Object.entries(bags))('%s takes any value, or refuses it in its own words', (_, [call, bag]) => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(bag)), odd, (name, value) =>
        onlyTyped(() => call({ ...bag, [name]: value } as never)),
      ),
      { seed: 8, numRuns: 200 },
    );
    fc.assert(
      fc.property(odd, (value) => onlyTyped(() => call(value as never))),
      { seed: 9, numRuns: 40 },
    );
  });
});

const positional = { encodeText, decodeText, joinDocuments, splitDocuments, curriculum };

it.each(Object.entries(positional))('%s takes anything, or refuses it in its own words', (_, call) => {
  fc.assert(
    fc.property(fc.array(odd, { maxLength: 3 }), (args) =>
      onlyTyped(() => (call as (...all: unknown[]) => unknown)(...args)),
    ),
    { seed: 10, numRuns: 300 },
  );
});

function onlyTyped(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (!isTwillError(error)) throw error;
  }
}

describe('ids', () => {
  it('are refused with their place before anything is converted', () => {
    const some = { length: 2, batch: 1, source };
    const refusal = (given: unknown) => {
      try {
        windows({ ...some, tokens: given as never });
      } catch (error) {
        return (error as Error).message;
      }
      return 'taken';
    };
    expect(refusal('text')).toBe(
      'windows: tokens is "text" where a Uint8Array or an Int32Array is needed; encodeText makes one of a text.',
    );
    expect(refusal([1, Number.NaN, 3, 4])).toMatch(/tokens is \[1, NaN, 3, 4\] where a Uint8Array or an Int32Array/);
    expect(refusal(Float32Array.of(1, 2, 3, 4))).toMatch(
      /where a Uint8Array or an Int32Array is needed; put the ids into one/,
    );
    expect(refusal(Int32Array.of(5, 6, -7, 8))).toBe('windows: tokens holds -7 at position 2; give ids from 0.');
    expect(refusal(Buffer.from('a buffer'))).toBe('taken');
  });

  it.each([[[1, 2.5]], [[1, '2']], [[1, undefined]], [[1, 2 ** 31]], [[1, -1]], [[1, [2]]], ['12']])(
    'separator %j is none',
    (separator) => {
      const bag = { documents: [tokens], separator: separator as never, length: 4, batch: 2, source };
      expect(() => pack(bag)).toThrow(
        /^pack: separator (holds .* at position 1|is "12" where a list of ids is needed)/,
      );
    },
  );

  it.each([[[300]], [[-1]], [['a']], [[Number.NaN]], ['abc'], [5]])('decodeText(%j) is no text', (ids) => {
    expect(() => decodeText(ids as never)).toThrow(/^decodeText: the list (holds .* at position 0|is .* where a list)/);
  });
});

it('a size beyond all use is an error of its own', () => {
  expect(() => windows({ tokens, length: 4, batch: 2 ** 40, source }).batch(0)).toThrow(
    /^batch: \[1099511627776,4\] has more/,
  );
});

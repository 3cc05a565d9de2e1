// What is found of a text in another one, against a search by hand.
import { rng } from '@twilljs/tensor';
import { expect, it } from 'vitest';
import { overlaps } from './overlap.ts';

const random = rng(3);
const noise = (n: number) => Uint8Array.from(random.ints(n, 256));
const training = noise(20_000);
const named = (name: string, ...parts: Uint8Array[]) => ({ name, tokens: Uint8Array.from(Buffer.concat(parts)) });

it('finds what stands in the training text, from its first byte to its last, and nothing else', () => {
  const documents = [
    named('strange', noise(5000)),
    named('all of it', training),
    named('its end', training.subarray(-48)),
    named('its beginning', training.subarray(0, 100)),
    named('too short to tell', training.subarray(0, 47)),
    named('empty'),
  ];
  expect(overlaps(documents, training)).toEqual([
    { name: 'all of it', share: 1 },
    { name: 'its end', share: 1 },
    { name: 'its beginning', share: 1 },
  ]);
});

it('tells about how much it is', () => {
  const mixed = named('mixed', noise(6000), training.subarray(3000, 7000));
  const [{ share }] = overlaps([mixed], training);
  expect(share).toBeGreaterThan(0.35);
  expect(share).toBeLessThan(0.45);
});

it('finds what lies across two of the parts that a long text is read in', () => {
  const long = new Uint8Array(2 ** 20 + 5000);
  long.set(training.subarray(0, 10_000), 2 ** 20 - 5000);
  expect(overlaps([named('across', training.subarray(0, 10_000))], long)).toEqual([{ name: 'across', share: 1 }]);
});

it('is not misled by texts of one letter, nor by an empty one', () => {
  const dull = (letter: number, n: number) => new Uint8Array(n).fill(letter);
  expect(overlaps([named('a', dull(97, 500))], dull(98, 500))).toEqual([]);
  expect(overlaps([named('a', dull(97, 500))], dull(97, 48))).toEqual([{ name: 'a', share: 1 }]);
  expect(overlaps([named('a', dull(97, 500))], new Uint8Array(0))).toEqual([]);
});

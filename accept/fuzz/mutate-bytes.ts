// What accidents make of bytes: flips, cuts, runs that are lost, doubled or from elsewhere.
import type { Random } from '@twilljs/tensor';

export const pick = <T>(random: Random, items: readonly T[]): T => items[random.int(items.length)];

type Edit = (bytes: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array;

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** A place in the bytes, often near their beginning, where headers are. */
function placeIn(bytes: Uint8Array, random: Random): number {
  const near = random.int(3) === 0 ? Math.min(64, bytes.length) : bytes.length;
  return random.int(near + 1);
}

/** A short run of the bytes, sometimes a long one. */
function runIn(bytes: Uint8Array, random: Random): [from: number, to: number] {
  const from = placeIn(bytes, random);
  const length = random.int(random.int(4) === 0 ? bytes.length + 1 : 17);
  return [from, Math.min(bytes.length, from + length)];
}

const lengths = [0n, 1n, 7n, 0xffn, 0xffffn, 0x7fffffffn, 0xffffffffn, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

const edits: readonly Edit[] = [
  function flipBit(bytes, random) {
    const at = random.int(bytes.length);
    return bytes.with(at, bytes[at] ^ (1 << random.int(8)));
  },
  function setByte(bytes, random) {
    return bytes.with(
      random.int(bytes.length),
      pick(random, [0, 10, 32, 0x22, 0x7b, 0x7f, 0x80, 0xff, random.int(256)]),
    );
  },
  function otherDigit(bytes, random) {
    const digits = [...bytes.keys()].filter((i) => bytes[i] >= 48 && bytes[i] <= 57);
    return digits.length === 0 ? bytes : bytes.with(pick(random, digits), 48 + random.int(10));
  },
  function cutOff(bytes, random) {
    return bytes.subarray(0, random.int(bytes.length));
  },
  function loseBeginning(bytes, random) {
    return bytes.subarray(placeIn(bytes, random));
  },
  function insert(bytes, random) {
    const at = placeIn(bytes, random);
    const word = Uint8Array.from(random.uint32(1 + random.int(4)), (n) => n);
    return joined(bytes.subarray(0, at), word, bytes.subarray(at));
  },
  function lose(bytes, random) {
    const [from, to] = runIn(bytes, random);
    return joined(bytes.subarray(0, from), bytes.subarray(to));
  },
  function double(bytes, random) {
    const [from, to] = runIn(bytes, random);
    return joined(bytes.subarray(0, to), bytes.subarray(from));
  },
  function zero(bytes, random) {
    return bytes.slice().fill(0, ...runIn(bytes, random));
  },
  function splice(bytes, random, others) {
    const other = pick(random, others);
    return joined(bytes.subarray(0, placeIn(bytes, random)), other.subarray(placeIn(other, random)));
  },
  function transplant(bytes, random, others) {
    const other = pick(random, others);
    const copy = bytes.slice();
    const [from, to] = runIn(other, random);
    const at = placeIn(bytes, random);
    copy.set(other.subarray(from, Math.min(to, from + bytes.length - at)), at);
    return copy;
  },
  function otherLength(bytes, random) {
    if (bytes.length < 8) return bytes;
    const copy = bytes.slice();
    const at = random.int(2) === 0 ? 0 : random.int(bytes.length - 7);
    new DataView(copy.buffer).setBigUint64(at, pick(random, lengths), true);
    return copy;
  },
  function append(bytes, random, others) {
    return joined(bytes, random.int(2) === 0 ? Uint8Array.of(0) : pick(random, others));
  },
];

/**
 * The bytes, changed in one place.
 *
 * @param others valid files, to take parts from.
 */
export function mutateBytes(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  return bytes.length === 0 ? pick(random, others) : pick(random, edits)(bytes, random, others);
}

// Where the last part of a document begins that is kept for evaluation.

/**
 * Bytes before the last 1 / `every` of so many, at the beginning of a character; 0 where there is no such place.
 *
 * @param byteAt the byte at a place.
 */
export function firstTenths(length: number, every: number, byteAt: (at: number) => number): number {
  let cut = length - Math.ceil(length / every);
  while (cut > 0 && (byteAt(cut) & 0xc0) === 0x80) cut--; // the following bytes of a UTF-8 character are 10xxxxxx
  return cut;
}

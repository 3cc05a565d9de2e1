// Threefry-2x32 with 20 rounds: a keyed bijection of 64 bits, the whole of Twill's randomness.
// Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; the same function as in Random123 and JAX.

/**
 * Writes the two output words of counter (c0, c1) under key (k0, k1) to `out[at]` and `out[at + 1]`.
 * All words are 32 bits; signed and unsigned forms are equal.
 */
export function threefry(k0: number, k1: number, c0: number, c1: number, out: Uint32Array, at: number): void {
  k0 |= 0;
  k1 |= 0;
  const k2 = k0 ^ k1 ^ 0x1bd11bda; // the parity constant of Skein
  let x = (c0 + k0) | 0;
  let y = (c1 + k1) | 0;
  // Five groups of four rounds; the key is injected after each, rotated by one word and with the group's number.
  for (let group = 1; group <= 5; group++) {
    if (group & 1) {
      x = (x + y) | 0;
      y = ((y << 13) | (y >>> 19)) ^ x;
      x = (x + y) | 0;
      y = ((y << 15) | (y >>> 17)) ^ x;
      x = (x + y) | 0;
      y = ((y << 26) | (y >>> 6)) ^ x;
      x = (x + y) | 0;
      y = ((y << 6) | (y >>> 26)) ^ x;
    } else {
      x = (x + y) | 0;
      y = ((y << 17) | (y >>> 15)) ^ x;
      x = (x + y) | 0;
      y = ((y << 29) | (y >>> 3)) ^ x;
      x = (x + y) | 0;
      y = ((y << 16) | (y >>> 16)) ^ x;
      x = (x + y) | 0;
      y = ((y << 24) | (y >>> 8)) ^ x;
    }
    const turn = group % 3;
    x = (x + (turn === 0 ? k0 : turn === 1 ? k1 : k2)) | 0;
    y = (y + (turn === 0 ? k1 : turn === 1 ? k2 : k0) + group) | 0;
  }
  out[at] = x;
  out[at + 1] = y;
}

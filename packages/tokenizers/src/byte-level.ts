// The characters that stand for bytes in byte-level vocabularies: those that can be seen stand for themselves. (GPT-2, Radford et al. 2019.)

const isVisible = (byte: number): boolean => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);

/** The character of each byte. */
export const characters: readonly string[] = (() => {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isVisible(byte) ? byte : next++));
})();

/** The byte of each character. */
export const byteOf: ReadonlyMap<string, number> = new Map(characters.map((character, byte) => [character, byte]));

const encoder = new TextEncoder();

/** The UTF-8 bytes of a text, a character each. */
export function byteText(text: string): string {
  let said = '';
  for (const byte of encoder.encode(text)) said += characters[byte];
  return said;
}

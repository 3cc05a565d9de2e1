// How Python writes a list of texts.

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** `repr(list)`: texts in single quotes, in double ones where only single ones are within. */
export const reprOf = (texts: readonly string[]): string => `[${texts.map(quoted).join(', ')}]`;

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const written = [...text].map((one) => (one === quote ? `\\${one}` : (ESCAPES[one] ?? escaped(one))));
  return quote + written.join('') + quote;
}

/** What cannot be printed, by its number. */
function escaped(character: string): string {
  if (character === ' ' || !/[\p{C}\p{Z}]/u.test(character)) return character;
  const code = character.codePointAt(0)!;
  const [sign, digits] = code < 0x100 ? ['x', 2] : code < 0x10000 ? ['u', 4] : ['U', 8];
  return `\\${sign}${code.toString(16).padStart(digits as number, '0')}`;
}

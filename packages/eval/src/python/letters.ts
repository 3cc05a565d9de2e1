// Letters as Python's `str` and `re` have them: cases, digits, lengths, and a search that ignores case. `text.lower()` is `toLowerCase`.

/** `text.capitalize()`: the first character in title case, all others in lower case. */
export function capitalize(text: string): string {
  if (text === '') return '';
  const first = String.fromCodePoint(text.codePointAt(0)!);
  return title(first) + text.toLowerCase().slice(first.toLowerCase().length);
}

/** `len(text)`: code points. */
export function lengthOf(text: string): number {
  let n = 0;
  for (const _ of text) n++;
  return n;
}

/** `len(text.encode())`: bytes of UTF-8. */
export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Digits that are no decimal ones: superscripts, circled ones, ... */
const OTHER_DIGITS =
  '\u00b2\u00b3\u00b9\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff' +
  '\u2776-\u277e\u2780-\u2788\u278a-\u2792\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}';

/** `text.isdigit()`: digits alone, and at least one. */
export const isDigit = (text: string): boolean => new RegExp(`^[\\p{Nd}${OTHER_DIGITS}]+$`, 'u').test(text);

/** Letters that `re.IGNORECASE` takes for one though they are written otherwise in lower case. */
const ALIKE = [
  ...[
    'iı',
    'sſ',
    '\u00b5\u03bc',
    '\u03b9\u0345\u1fbe',
    '\u0390\u1fd3',
    '\u03b0\u1fe3',
    'βϐ',
    'εϵ',
    'θϑ',
    'κϰ',
    'πϖ',
    'ρϱ',
  ],
  ...['σς', 'φϕ', 'вᲀ', 'дᲁ', 'оᲂ', 'сᲃ', 'тᲄᲅ', 'ъᲆ', 'ѣᲇ', '\ua64b\u1c88', '\u1e61\u1e9b', '\ufb06\ufb05'],
];

/** `re.search(re.escape(part), text, re.IGNORECASE)`: letter by letter, so that ß is no ss. */
export const containsIgnoringCase = (text: string, part: string): boolean => indexIgnoringCase(text, part) >= 0;

/** Where that finds it first, in units of UTF-16; -1 for nowhere. */
export const indexIgnoringCase = (text: string, part: string): number => folded(text).indexOf(folded(part));

/** Every letter by one of as many units. */
function folded(text: string): string {
  const first = new Map(ALIKE.flatMap(([one, ...others]) => others.map((other) => [other, one])));
  let all = '';
  for (const letter of text) {
    const low = letter === 'İ' ? 'i' : letter.toLowerCase();
    all += first.get(low) ?? low;
  }
  return all;
}

/** Title case: upper case, but for the letters of which only the first part is large. */
function title(letter: string): string {
  const code = letter.codePointAt(0)!;
  const isIn = (from: number, to: number) => code >= from && code <= to;
  if (isIn(0x1c4, 0x1cc)) return String.fromCodePoint(code - ((code - 0x1c4) % 3) + 1); // ǅ ǈ ǋ
  if (isIn(0x1f1, 0x1f3)) return 'ǲ';
  if (isIn(0x10d0, 0x10ff)) return letter; // Georgian has no title case
  if (isIn(0x1f80, 0x1faf)) return String.fromCodePoint(code | 8); // Greek with an iota below
  const upper = letter.toUpperCase();
  if (isIn(0x1fb0, 0x1fff) && upper.length > 1 && upper.endsWith('Ι')) {
    const whole = { 3: code + 9, 12: code }[code & 15];
    return whole ? String.fromCodePoint(whole) : `${upper.slice(0, -1)}\u0345`;
  }
  const isLigature = letter === 'ß' || letter === 'և' || isIn(0xfb00, 0xfb17);
  return isLigature ? upper[0] + upper.slice(1).toLowerCase() : upper;
}

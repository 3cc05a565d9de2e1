// White space as Python's `str` and `re` have it: with U+001C to U+001F and U+0085, which JavaScript lacks, and without U+FEFF.

const isSpace = (unit: string): boolean =>
  (unit >= '\x1c' && unit <= '\x1f') || unit === '\x85' || (unit !== '\ufeff' && /\s/.test(unit));

/** `text.lstrip()`. */
export function lstrip(text: string): string {
  let from = 0;
  while (from < text.length && isSpace(text[from])) from++;
  return text.slice(from);
}

/** `text.rstrip()`. */
export function rstrip(text: string): string {
  let to = text.length;
  while (to > 0 && isSpace(text[to - 1])) to--;
  return text.slice(0, to);
}

/** `text.strip()`. */
export const strip = (text: string): string => lstrip(rstrip(text));

/** `re.split(r"\s+", text)`: what lies between white space, with an empty text at an end that has any. */
export function splitAtSpace(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (!isSpace(text[at])) continue;
    parts.push(text.slice(from, at));
    while (at + 1 < text.length && isSpace(text[at + 1])) at++;
    from = at + 1;
  }
  return [...parts, text.slice(from)];
}

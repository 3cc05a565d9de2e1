// Texts are treated as Python treats them.
import { expect, it } from 'vitest';
import units from '../../../../golden/evals/lm-eval/units.json' with { type: 'json' };
import { floatText } from './float.ts';
import { bytesOf, capitalize, containsIgnoringCase, isDigit, lengthOf } from './letters.ts';
import { lstrip, rstrip, splitAtSpace, strip } from './white-space.ts';

const { python, contains } = units;

it('does what Python does', () => {
  const by = <I, O>(pairs: readonly (readonly [I, O])[], f: (input: I) => O) => {
    expect(pairs.length).toBeGreaterThan(0);
    expect(pairs.map(([input]) => [input, f(input)])).toEqual(pairs);
  };
  by(python.capitalize as [string, string][], capitalize);
  by(python.lower as [string, string][], (text) => text.toLowerCase()); // here both languages agree
  by(python.isdigit as [string, boolean][], isDigit);
  by(python.re_split_whitespace as [string, string[]][], splitAtSpace);
  by(python.splitlines_space as [string, string[]][], (text) => text.split(' '));
  const four = python.strip.map(([text, ...stripped]) => [text, stripped] as [string, string[]]);
  by(four, (text) => [strip(text), lstrip(text), rstrip(text)]);
  const lengths = python.len.map(([text, ...both]) => [text, both] as [string, number[]]);
  by(lengths, (text) => [lengthOf(text), bytesOf(text)]);
});

it('splits at runs, and keeps the empty ends', () => {
  expect(splitAtSpace(' \t a \x85\x1f b')).toEqual(['', 'a', 'b']);
  expect(splitAtSpace(' ')).toEqual(['', '']);
});

it('knows white space from other characters in the whole plane', () => {
  const spaces = Array.from({ length: 0x10000 }, (_, code) => code).filter(
    (code) => strip(String.fromCharCode(code)) === '',
  );
  const listed = [...[0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0x85, 0xa0, 0x20], ...[0x9, 0xa, 0xb, 0xc, 0xd]];
  const runs = [...[0x1c, 0x1d, 0x1e, 0x1f], ...Array.from({ length: 11 }, (_, i) => 0x2000 + i)];
  expect(spaces).toEqual([...listed, ...runs].sort((a, b) => a - b));
});

it.each([
  ['Ǆ', 'ǅ'],
  ['ǳ', 'ǲ'],
  ['აბ', 'აბ'],
  ['ᾳ', 'ᾼ'],
  ['ᾷ', '\u0391\u0342\u0345'],
  ['ῼ', 'ῼ'],
  ['ᾲ', '\u1fba\u0345'],
  ['ﬃx', 'Ffix'],
  ['ﬓ', 'Մն'],
  ['և', 'Եւ'],
  ['ὖ', '\u03a5\u0313\u0342'],
])('%s begins a sentence as %s', (text, capital) => expect(capitalize(text)).toBe(capital));

it('finds labels without regard to case as the original does', () => {
  const scores = contains.map(({ prediction, labels }) =>
    Number(labels.some((label) => containsIgnoringCase(prediction, label))),
  );
  expect(scores).toEqual(contains.map(({ score }) => score));
});

it.each([
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [-12.5, '-12.5'],
  [100, '100.0'],
  [0.0001, '0.0001'],
  [0.00001234, '1.234e-05'],
  [-0.000123, '-0.000123'],
  [9999999999999998, '9999999999999998.0'],
  [1e16, '1e+16'],
  [1.5e300, '1.5e+300'],
  [1e-7, '1e-07'],
  [Number.NaN, 'nan'],
  [Number.NEGATIVE_INFINITY, '-inf'],
])('repr(%s) is %s', (x, text) => {
  expect(floatText(x)).toBe(text);
});

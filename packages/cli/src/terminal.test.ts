// What a screen is shown of text that could steer it.
import { expect, it } from 'vitest';
import { printable } from './terminal.ts';

it('writes out every control character and every override of direction, and nothing else', () => {
  expect(printable('\u001b]0;pwned\u0007 \u001b[2J\r\u009b31m \u007f')).toBe(
    '\\u001b]0;pwned\\u0007 \\u001b[2J\\u000d\\u009b31m \\u007f',
  );
  expect(printable('safe\u202etxt.exe \u2066x\u2069')).toBe('safe\\u202etxt.exe \\u2066x\\u2069');
  const plain = 'Zoë, Ω, 😀, ע, \ufeff and ±\n\ta tab';
  expect(printable(plain)).toBe(plain);
});

it('leaves JSON the same value', () => {
  const value = { text: 'a\u009b31m\u202e\u007f\n' };
  const shown = printable(JSON.stringify(value));
  expect(shown).not.toMatch(/[\u007f\u0080-\u009f\u202e]/);
  expect(JSON.parse(shown)).toEqual(value);
});

it('leaves no character of a range that it does not name', () => {
  for (let code = 0; code < 0x3000; code++) {
    const character = String.fromCharCode(code);
    const isControl = code < 32 || (code >= 127 && code < 160);
    const turns = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    const stays = !(isControl || turns) || character === '\n' || character === '\t';
    expect(printable(character) === character, code.toString(16)).toBe(stays);
  }
});

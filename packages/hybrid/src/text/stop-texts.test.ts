// Stops in text that comes in pieces: found wherever they lie, and never shown.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StopTexts } from './stop-texts.ts';

/** The slow twin: looks at every beginning of the text, the shortest first. */
function upToStop(text: string, stops: readonly string[]): { shown: string; stopped: boolean } {
  for (let end = 1; end <= text.length; end++) {
    const found = stops.filter((stop) => text.slice(0, end).endsWith(stop)).sort((a, b) => b.length - a.length);
    if (found.length > 0) return { shown: text.slice(0, end - found[0].length), stopped: true };
  }
  return { shown: text, stopped: false };
}

const text = (maxLength: number, minLength = 0) =>
  fc.array(fc.constantFrom('a', 'b', 'é', '😀'), { minLength, maxLength }).map((parts) => parts.join(''));

it('shows all up to the one that is complete first, whatever the pieces', () => {
  fc.assert(
    fc.property(fc.array(text(4), { maxLength: 8 }), fc.array(text(4, 1), { maxLength: 3 }), (pieces, stops) => {
      const { shown, stopped } = upToStop(pieces.join(''), stops);
      const scanner = new StopTexts(stops);
      let said = '';
      let ended = false;
      for (const piece of pieces) {
        const made = scanner.push(piece);
        said += made.text;
        expect(shown.startsWith(said)).toBe(true); // what was shown is never taken back
        ended = made.stopped;
        if (ended) break;
      }
      said += scanner.end();
      expect([said, ended]).toEqual([shown, stopped]);
    }),
    { numRuns: 1000 },
  );
});

it('holds back no more than what a stop may begin with', () => {
  const scanner = new StopTexts(['\n\nUser:', 'END']);
  expect(['one', '\n', 'two EN', 'G\n\nUse', 'less'].map((piece) => scanner.push(piece).text)).toEqual([
    ...['one', '', '\ntwo ', 'ENG', '\n\nUseless'],
  ]);
  expect(scanner.push('.\n\nUser: hi')).toEqual({ text: '.', stopped: true });
  expect(scanner.end()).toBe('');
});

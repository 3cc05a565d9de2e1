// What errors carry besides their message.
import { expect, it } from 'vitest';
import { FileError, factsOf, isTwillError, OptionError } from './index.ts';

it('carries what it is about, and nothing where nobody said it', () => {
  const cause = new Error('below');
  const error = new FileError('data: a.txt does not exist; check the path.', { option: 'data', path: 'a.txt', cause });
  expect([error.name, error.option, error.path, error.cause]).toEqual(['FileError', 'data', 'a.txt', cause]);
  expect(Object.keys(new OptionError('lr is -1; give more.'))).toEqual(['name']);
  expect(isTwillError(Object.assign(new Error('of another copy'), { [Symbol.for('twilljs.error')]: true }))).toBe(true);
});

it.each([
  ['lr: it is -1 but needs more; give 1e-3.', 'lr: it is -1 but needs more'],
  ['a; b; c.', 'a; b'],
  ['ends at byte 3. Bring it back.', 'ends at byte 3'],
  ['has no next step', 'has no next step'],
])('states facts without the next step: %s', (message, facts) => {
  expect(factsOf(new OptionError(message))).toBe(facts);
});

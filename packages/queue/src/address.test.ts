// Addresses of queues: what they say, what is refused, and that no message holds a password.
import { describe, expect, it } from 'vitest';
import * as api from './index.ts';
import { queueAddress } from './index.ts';

it('exports', () => {
  expect(Object.keys(api)).toEqual(['queueAddress']);
});

describe('an address', () => {
  it.each([
    ['redis://host', 'redis://host', 'sweep', 'redis://host:6379'],
    ['redis://me:secret@host:7000/2#mine', 'redis://me:secret@host:7000/2', 'mine', 'redis://host:7000/2#mine'],
    ['rediss://:secret@host', 'rediss://:secret@host', 'sweep', 'rediss://host:6379'],
    ['redis://[::1]:6380', 'redis://[::1]:6380', 'sweep', 'redis://[::1]:6380'],
  ])('%s', (text, url, name, shown) => {
    expect(queueAddress(text)).toEqual({ url, name, shown });
  });

  it.each(['host', 'http://me:secret@host', 'redis://', 'redis://me:secret@host/db', 'redis://me:secret@host#a b', ''])(
    '%s is refused without its password',
    (text) => {
      expect(() => queueAddress(text)).toThrow(/^queue: /);
      expect(() => queueAddress(text)).not.toThrow(/secret/);
    },
  );
});

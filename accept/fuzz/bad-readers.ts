// Readers as they must not be, so that the watch is seen to see them.
import { FileError } from '@twilljs/tensor';
import type { FileReader } from './refusal.ts';

const samples = [new Uint8Array(40)];
const good = { share: 1, samples, allowed: 1e6, take: async () => {} };

/** One that hangs, one that takes two megabytes for forty bytes, one that says nothing. */
export const badReaders: readonly FileReader[] = [
  {
    ...{ ...good, name: 'hangs' },
    read(bytes) {
      while (bytes !== samples[0]);
      return null;
    },
  },
  { ...good, name: 'takes', take: async () => new Uint8Array(2e6).length, read: () => null },
  {
    ...{ ...good, name: 'speaks' },
    read(bytes) {
      if (bytes !== samples[0]) throw new FileError('no');
      return null;
    },
  },
];

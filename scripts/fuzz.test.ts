// The first few of the mutations of `accept/fuzz.accept.ts`, so that a reader that forgets a check is seen at once.
import { afterAll, describe, expect, it } from 'vitest';
import { Home } from '../accept/fuzz/home.ts';
import { mutationOf } from '../accept/fuzz/reader.ts';
import { attackAll, faultsUnmutated, readersIn } from '../accept/fuzz/table.ts';
import { attackInThreads } from '../accept/fuzz/watch.ts';

const home = new Home();
afterAll(() => home[Symbol.dispose]());

const readers = await readersIn(home);

it('files as they were written are read', async () => {
  expect(await faultsUnmutated(readers)).toEqual([]);
});

it('a mutation is decided by its seed and its number', () => {
  const pool = readers.flatMap(({ samples }) => samples);
  const differs = readers.map((reader) => {
    const [first, again] = [0, 1].map(() => mutationOf(reader, pool, 3, 7));
    expect(again).toEqual(first);
    return Buffer.compare(first.bytes, reader.samples[first.sample]) !== 0;
  });
  expect(differs.filter(Boolean).length).toBeGreaterThan(readers.length / 2);
});

it('damaged ones are refused in words, or read to a value that can be', async () => {
  expect((await attackAll(readers, 1, 2_000)).faults).toEqual([]);
});

it('an attack names untyped errors, contradictions and their mutation', async () => {
  const naive = {
    ...{ name: 'naive', share: 1, samples: [new TextEncoder().encode('{"a": 1}')] },
    read: (bytes: Uint8Array) => (JSON.parse(new TextDecoder().decode(bytes)).a === 1 ? null : 'a is not 1'),
  };
  const { faults } = await attackAll([naive], 1, 300);
  expect(faults).toContainEqual(expect.stringMatching(/^naive, seed 1, mutation \d+: a is not 1$/));
  expect(faults).toContainEqual(expect.stringMatching(/^naive, seed 1, mutation \d+: untyped: SyntaxError/));
});

describe('in a thread that is watched', () => {
  it('safetensors files that are damaged are refused in words, with little memory', async () => {
    const { count, faults } = await attackInThreads('files', 0, 1, 300);
    expect([count, faults]).toEqual([300, []]);
  });

  it('a reader that hangs is killed, and one that allocates too much or speaks badly is named', async () => {
    const [hangs, takes, speaks] = await Promise.all([0, 1, 2].map((i) => attackInThreads('bad', i, 1, 2)));
    expect(hangs.faults).toHaveLength(2);
    expect(hangs.faults[0]).toMatch(/^reader 0, seed 1, mutation 0: killed after \d+ ms$/);
    expect(takes.faults).toEqual([
      expect.stringMatching(/^takes, seed 1, mutation 0: allocated 2\d{6} bytes for a file of \d+$/),
    ]);
    expect(speaks.faults).toEqual([expect.stringMatching(/^speaks, seed 1, mutation 0: names no file: no$/)]);
  });
});

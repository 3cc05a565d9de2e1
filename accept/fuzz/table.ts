// All readers that are attacked, and the attack on all of them.
import type { Home } from './home.ts';
import { ofCalls } from './of-calls.ts';
import { ofRuns } from './of-runs.ts';
import { ofSweeps } from './of-sweeps.ts';
import { ofTexts } from './of-texts.ts';
import { ofTokenizers } from './of-tokenizers.ts';
import { ofWeights } from './of-weights.ts';
import { attack, type Reader, type Tally } from './reader.ts';

export async function readersIn(home: Home): Promise<Reader[]> {
  const groups = [ofWeights, ofRuns, ofSweeps, ofTexts, ofTokenizers, ofCalls];
  const readers: Reader[] = [];
  for (const group of groups) readers.push(...(await group(home)));
  return readers;
}

/** What is wrong with the files as they were written: nothing may be, or the attack says nothing. */
export async function faultsUnmutated(readers: readonly Reader[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { name, samples, read } of readers) {
    for (const [i, bytes] of samples.entries()) {
      const fault = await read(bytes, i);
      if (fault !== null) faults.push(`${name}, sample ${i}: ${fault}`);
    }
  }
  return faults;
}

/** Attacks all readers with `count` mutations in all, by their shares. @param observe told of each reader when it is through. */
export async function attackAll(
  readers: readonly Reader[],
  seed: number,
  count: number,
  observe: (reader: Reader, tally: Tally, seconds: number) => void = () => {},
): Promise<{ readonly count: number; readonly faults: readonly string[] }> {
  const pool = readers.flatMap(({ samples }) => samples);
  const shares = readers.reduce((sum, { share }) => sum + share, 0);
  const faults: string[] = [];
  let done = 0;
  for (const reader of readers) {
    const started = performance.now();
    const tally = await attack(reader, pool, seed, Math.ceil((count * reader.share) / shares));
    observe(reader, tally, (performance.now() - started) / 1000);
    faults.push(...tally.faults);
    done += tally.count;
  }
  return { count: done, faults };
}

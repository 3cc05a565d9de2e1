// A reader under attack, and the attack: mutations that a seed and a number decide, counted and timed.
import { isTwillError, type Random, rng } from '@twilljs/tensor';
import { mutateBytes, pick } from './mutate-bytes.ts';
import { mutateJson } from './mutate-json.ts';

/** Where JSON stands in a file. */
export interface Format {
  /** The text of one JSON value in the file, and the whole file with another text in its place. Null where there is none. */
  open(bytes: Uint8Array, random: Random): { text: string; close(text: string): Uint8Array } | null;
}

export interface Reader {
  readonly name: string;
  /** Of all mutations, those of this reader. */
  readonly share: number;
  /** Valid files. */
  readonly samples: readonly Uint8Array[];
  /** Of the JSON in them. Default: they hold none. */
  readonly format?: Format;
  /** Only the JSON is mutated, and stays JSON: calls, written down. */
  readonly isCall?: boolean;
  /**
   * Reads bytes that stand where sample `index` stood.
   *
   * @returns what cannot be true of what was accepted, null where nothing is wrong.
   * @throws the errors of the reader.
   */
  read(bytes: Uint8Array, index: number): Promise<string | null> | string | null;
}

/** What became of the mutations of a reader. */
export interface Tally {
  readonly count: number;
  readonly accepted: number;
  /** Milliseconds of the slowest reading. */
  readonly slowest: number;
  /** Untyped errors, contradictions and hangs, with the number of the mutation; of those that begin alike, one. */
  readonly faults: readonly string[];
}

/** A reading that takes longer hangs. */
const LONGEST_MS = 2000;

export interface Mutation {
  readonly sample: number;
  readonly bytes: Uint8Array;
}

/** The mutation with a number. @param pool valid files of all kinds. */
export function mutationOf(reader: Reader, pool: readonly Uint8Array[], seed: number, number: number): Mutation {
  const random = rng(seed).fork(reader.name).fork(number);
  const sample = random.int(reader.samples.length);
  let bytes = reader.samples[sample];
  if (!reader.isCall && random.int(50) === 0) return { sample, bytes: pick(random, pool) };
  for (let edits = 1 + Math.max(0, random.int(6) - 3); edits > 0; edits--) bytes = mutated(reader, bytes, random);
  return { sample, bytes };
}

function mutated({ format, isCall, samples }: Reader, bytes: Uint8Array, random: Random): Uint8Array {
  const part = isCall || random.int(3) > 0 ? format?.open(bytes, random) : null;
  const text = part ? mutateJson(part.text, random) : null;
  if (part && text !== null) return part.close(text);
  return isCall ? bytes : mutateBytes(bytes, random, samples);
}

/** Hands `count` mutations to a reader. */
export async function attack(reader: Reader, pool: readonly Uint8Array[], seed: number, count: number): Promise<Tally> {
  const faults = new Map<string, string>();
  let accepted = 0;
  let slowest = 0;
  for (let number = 0; number < count; number++) {
    const mutation = mutationOf(reader, pool, seed, number);
    let found = await outcomeOf(reader, mutation);
    if (found.ms > LONGEST_MS) found = await outcomeOf(reader, mutation); // the machine may have been busy
    slowest = Math.max(slowest, found.ms);
    if (found.isAccepted) accepted++;
    const fault = found.ms > LONGEST_MS ? `took ${Math.round(found.ms)} ms` : found.fault;
    if (fault === null) continue;
    const kind = fault.split('\n', 2).join().slice(0, 160);
    if (!faults.has(kind)) faults.set(kind, `${reader.name}, seed ${seed}, mutation ${number}: ${fault}`);
  }
  return { count, accepted, slowest, faults: [...faults.values()] };
}

async function outcomeOf(
  reader: Reader,
  { bytes, sample }: Mutation,
): Promise<{ isAccepted: boolean; fault: string | null; ms: number }> {
  const started = performance.now();
  const told = await Promise.resolve()
    .then(() => reader.read(bytes, sample))
    .then(
      (fault) => ({ isAccepted: true, fault }),
      (error) => ({ isAccepted: false, fault: isTwillError(error) ? null : untyped(error) }),
    );
  return { ...told, ms: performance.now() - started };
}

const untyped = (error: unknown): string => `untyped: ${error instanceof Error ? error.stack : String(error)}`;

// A queue, opened: what both sides of it, those that fill it and those that work on it, do first.
import type { JsonObject } from '@twilljs/hub';
import type { SweepCell } from '@twilljs/sweep';
import { corpusOf, type SweepText } from '@twilljs/sweep/node';
import { knownOnly, OptionError } from '@twilljs/tensor';
import type { Code } from '@twilljs/train/node';
import type { Redis } from 'ioredis';
import { type QueueAddress, queueAddress } from './address.ts';
import { connect } from './connection.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type QueueRecord, type QueueStatus, QueueStore } from './record.ts';

/** How a queue is opened. */
export interface OpenQueueOptions {
  /** Told what whoever waits should know: that Redis is away, that it is back. */
  readonly warn?: (message: string) => void;
}

/** A connection to a queue. */
export interface OpenQueue extends AsyncDisposable {
  readonly address: QueueAddress;
  /** Of the sweep that it holds; null where it holds none. */
  record(): Promise<QueueRecord | null>;
  /** How it stands; null where there is none. */
  status(): Promise<QueueStatus | null>;
}

/** What is behind an open queue: its client is not for its users. */
export interface Connection {
  readonly address: QueueAddress;
  readonly redis: Redis;
  readonly store: QueueStore;
  readonly warn: (message: string) => void;
}

const connections = /* @__PURE__ */ new WeakMap<OpenQueue, Connection>();

/** @throws OptionError for what `openQueue` has not opened. */
export function connectionOf(queue: OpenQueue): Connection {
  const found = connections.get(queue);
  if (found) return found;
  throw new OptionError('queue: it is not one that openQueue has opened; give that.');
}

/**
 * Opens a queue on Redis.
 *
 * @param address such as `redis://host:6379`, see `queueAddress`.
 * @throws OptionError for an address that is none, and when Redis does not answer within ten seconds or refuses.
 */
export async function openQueue(address: string, options: OpenQueueOptions = {}): Promise<OpenQueue> {
  knownOnly('openQueue', options, ['warn']);
  const { warn = () => {} } = options;
  const at = queueAddress(address);
  const redis = await connect(at, warn);
  const store = new QueueStore(redis, at);
  const queue: OpenQueue = {
    address: at,
    record: () => store.record(),
    status: () => store.status(),
    async [Symbol.asyncDispose]() {
      redis.disconnect();
    },
  };
  connections.set(queue, { address: at, redis, store, warn });
  return queue;
}

/** The cells of a sweep, and where they are trained. */
export interface QueuedSweep {
  /** Directory of the sweep. */
  readonly directory: string;
  readonly cells: readonly SweepCell[];
  readonly text: SweepText | null;
  /** Whole paths of modules with what is not known. */
  readonly modules: readonly string[];
  /** Name of the device, and the word by which its bits are known: `deviceWord`. */
  readonly device: { readonly name: string; readonly word: string };
}

/** What must be equal at everybody who trains its cells. */
export function fingerprintOfSweep({ cells, text, device }: QueuedSweep, code: readonly Code[]) {
  const corpus: JsonObject | null = text && corpusOf(text);
  return fingerprintOf(cells, corpus, code, device.word);
}

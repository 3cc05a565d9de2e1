// What Redis holds of a sweep beside its cells: what it is, how it stands, what has ended, and who works on it.
import type { JsonObject } from '@twilljs/hub';
import type { SweepSpec } from '@twilljs/sweep';
import type { SweepOrigin } from '@twilljs/sweep/node';
import { OptionError } from '@twilljs/tensor';
import type { Redis } from 'ioredis';
import type { QueueAddress } from './address.ts';
import type { Fingerprint } from './fingerprint.ts';

/** Layout of what is kept in Redis; another version is refused. */
const LAYOUT = 1;

/** What a queue is of: all that a worker needs to plan the same cells. */
export interface QueueRecord {
  readonly layout: typeof LAYOUT;
  /** Of the directory of the sweep: whoever sees the same one there shares it. */
  readonly home: string;
  readonly fingerprint: Fingerprint;
  /** Name of the device, as `--device` has it. */
  readonly device: string;
  readonly spec: SweepSpec;
  readonly corpus: JsonObject | null;
  readonly origin: SweepOrigin | null;
  /** Seconds after which the cell of a worker that is not heard of is taken over. */
  readonly lease: number;
  readonly cells: number;
  /** Names of the classes of needs that they have. */
  readonly classes: readonly string[];
}

/** How a queue stands. */
export type QueueStatus = 'running' | 'paused' | 'cancelled' | 'finished';

/** How a cell has ended: `told` once the failure has been recorded. */
export type Ending = { readonly done: true } | { readonly failed: string; readonly told?: true };

/** A cell that a worker has. */
export interface HeldCell {
  readonly name: string;
  readonly step: number;
  /** Nats per label; null where there is none. */
  readonly loss: number | null;
}

/** A worker, as it says of itself. */
export interface WorkerState {
  /** Host and process. */
  readonly name: string;
  readonly device: string;
  readonly jobs: number;
  readonly cells: readonly HeldCell[];
}

/** Milliseconds after which a worker that is not heard of is not listed any more. */
const HEARD = 15_000;

/** Of a queue that has ended, so that all workers hear of it. */
const REMEMBERED = 3600;

/** The keys of a queue in Redis that are not BullMQ's. */
export class QueueStore {
  private readonly redis: Redis;
  private readonly address: QueueAddress;

  constructor(redis: Redis, address: QueueAddress) {
    this.redis = redis;
    this.address = address;
  }

  private key(of: string): string {
    return `${PREFIX}.${this.address.name}.${of}`;
  }

  /** @returns null where there is none. @throws OptionError for one of another layout. */
  async record(): Promise<QueueRecord | null> {
    const text = await this.redis.get(this.key('record'));
    if (text === null) return null;
    const record = JSON.parse(text) as QueueRecord;
    if (record.layout === LAYOUT) return record;
    throw new OptionError(
      `queue: ${this.address.shown} holds a queue of layout ${record.layout} but this version of Twill has ${LAYOUT}; use the version that filled it, or another name after #.`,
    );
  }

  /** @returns false where there is one already. */
  async claim(record: Omit<QueueRecord, 'layout'>): Promise<boolean> {
    return (await this.redis.set(this.key('record'), JSON.stringify({ layout: LAYOUT, ...record }), 'NX')) === 'OK';
  }

  /** Null where there is no queue. */
  async status(): Promise<QueueStatus | null> {
    return (await this.redis.get(this.key('status'))) as QueueStatus | null;
  }

  async setStatus(status: QueueStatus): Promise<void> {
    await this.redis.set(this.key('status'), status);
  }

  /** Removes all but the word that says how it ended. */
  async end(status: 'cancelled' | 'finished'): Promise<void> {
    await this.redis.set(this.key('status'), status, 'EX', REMEMBERED);
    await this.redis.del(...['record', 'ended', 'failures', 'workers'].map((of) => this.key(of)));
  }

  async endings(): Promise<Map<string, Ending>> {
    const all = Object.entries(await this.redis.hgetall(this.key('ended')));
    return new Map(all.map(([name, text]) => [name, JSON.parse(text) as Ending]));
  }

  endedCount(): Promise<number> {
    return this.redis.hlen(this.key('ended'));
  }

  async setEnding(name: string, ending: Ending): Promise<void> {
    await this.redis.hset(this.key('ended'), name, JSON.stringify(ending));
  }

  /** Before a cell is tried again. */
  async forget(name: string): Promise<void> {
    await this.redis.hdel(this.key('ended'), name);
    await this.redis.hdel(this.key('failures'), name);
  }

  /** Counts a failure of a cell. @returns how many there are with it. */
  countFailure(name: string): Promise<number> {
    return this.redis.hincrby(this.key('failures'), name, 1);
  }

  async say(state: WorkerState): Promise<void> {
    await this.redis.set(this.key(`worker.${state.name}`), JSON.stringify(state), 'PX', HEARD);
    await this.redis.sadd(this.key('workers'), state.name);
  }

  async leave(name: string): Promise<void> {
    await this.redis.del(this.key(`worker.${name}`));
    await this.redis.srem(this.key('workers'), name);
  }

  /** Those that were heard of lately. */
  async workers(): Promise<WorkerState[]> {
    const names = await this.redis.smembers(this.key('workers'));
    if (names.length === 0) return [];
    const texts = await this.redis.mget(names.map((name) => this.key(`worker.${name}`)));
    const gone = names.filter((_, i) => texts[i] === null);
    if (gone.length > 0) await this.redis.srem(this.key('workers'), ...gone);
    return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as WorkerState]));
  }
}

/** Of all keys. */
export const PREFIX = 'twill';

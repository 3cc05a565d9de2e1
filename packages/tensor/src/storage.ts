// Who owns device memory: storages counted by handles, and the scopes that give handles back.
import type { Device, DeviceBuffer } from './device.ts';
import { type Anchor, allocate, countOutside, leaveToCollector, takeFromCollector } from './outside.ts';
import { activeRecorder } from './recorder.ts';

/** The smallest and the largest of some ids. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** One allocation on a device, freed when its last handle is released. Handles are internal; users only see scopes. */
export class Storage {
  readonly device: Device;
  readonly buffer: DeviceBuffer;
  readonly bytes: number;
  /** Of the ids that it holds, where the host wrote them. */
  bounds: Bounds | null = null;
  private all = 1;
  private astray = 0;

  constructor(device: Device, bytes: number) {
    this.device = device;
    this.bytes = bytes;
    this.buffer = allocate(device, bytes);
    activeRecorder()?.made(this);
  }

  /** Bytes that it takes up: none on a device that allocates nothing. */
  get weight(): number {
    return this.buffer === null ? 0 : this.bytes;
  }

  get handles(): number {
    return this.all;
  }

  /** Handles of holders outside all scopes. */
  get strays(): number {
    return this.astray;
  }
  set strays(count: number) {
    this.recount(this.all, count);
  }

  retain(): this {
    this.recount(this.all + 1, this.astray);
    return this;
  }

  release(): void {
    this.recount(this.all - 1, this.astray);
    if (this.all === 0) this.device.free(this.buffer);
  }

  /** Where no handle but those of strays is left, its bytes count as outside. */
  private recount(all: number, astray: number): void {
    if (this.astray > 0 && this.astray === this.all) countOutside(-this.weight);
    this.all = all;
    this.astray = astray;
    if (astray > 0 && astray === all) countOutside(this.weight);
  }
}

/** Something that holds handles and lives in a scope: a tensor or a node of the tape. */
export interface Holder {
  /** Where it is given back: a scope, an anchor outside all scopes, `'kept'` when an owner releases it. */
  home: Scope | Anchor | 'kept';
  /** Idempotent. */
  release(): void;
  /** The storages held now; empty after `release`. */
  held(): Storage[];
}

let current: Scope | null = null;

export class Scope {
  readonly parent: Scope | null;
  readonly holders: Holder[] = [];

  constructor(parent: Scope | null) {
    this.parent = parent;
  }
}

/** Puts a new holder into the current scope. */
export function adopt(holder: Holder, home: Scope | null = current): void {
  holder.home = home ?? leaveToCollector(holder);
  home?.holders.push(holder);
}

/** Takes a holder out of scopes and garbage collection, before it gives up what it holds: from now on its owner releases it. */
export function disown(holder: Holder): void {
  const { home } = holder;
  holder.home = 'kept';
  if (home !== 'kept' && !(home instanceof Scope)) takeFromCollector(home);
}

/**
 * Runs `body` with a fresh scope; afterwards everything made inside is released, except what `survivors` marks by moving
 * it to the parent: it gets the result and returns the holders to spare.
 */
export function enter<T>(body: () => T, survivors: (result: T, scope: Scope) => Set<Holder>): T {
  const scope = new Scope(current);
  current = scope;
  let result: T;
  let spared: Set<Holder>;
  try {
    result = body();
    spared = survivors(result, scope);
  } catch (error) {
    for (const holder of scope.holders) if (holder.home === scope) holder.release();
    throw error;
  } finally {
    current = scope.parent;
  }
  for (const holder of scope.holders) if (holder.home === scope && !spared.has(holder)) holder.release();
  // Afterwards, when what they share with others is theirs alone.
  for (const holder of scope.holders) if (holder.home === scope) adopt(holder, scope.parent);
  return result;
}

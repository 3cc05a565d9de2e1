// Who owns device memory: storages counted by handles, and the scopes that give handles back.
import type { Device, DeviceBuffer } from './device.ts';

/** One allocation on a device, freed when its last handle is released. Handles are internal; users only see scopes. */
export class Storage {
  readonly device: Device;
  readonly buffer: DeviceBuffer;
  readonly bytes: number;
  private handles = 1;

  constructor(device: Device, bytes: number) {
    this.device = device;
    this.bytes = bytes;
    this.buffer = allocate(device, bytes);
  }

  retain(): this {
    this.handles++;
    return this;
  }

  release(): void {
    if (--this.handles === 0) this.device.free(this.buffer);
  }
}

/** Something that holds handles and lives in a scope: a tensor or a node of the tape. */
export interface Holder {
  /** Where it is given back: a scope, `null` outside all scopes, `'kept'` when an owner releases it. */
  home: Scope | null | 'kept';
  /** Idempotent. */
  release(): void;
  /** The storages held now; empty after `release`. */
  held(): Storage[];
}

/** Memory of a device. @throws DeviceError naming bytes when there is none. */
export function allocate(device: Device, bytes: number): DeviceBuffer {
  return device.allocate(bytes);
}

let current: Scope | null = null;
let late = 0;

/** Returns what became unreachable outside any scope; late, hence counted. */
const finalizer = /* @__PURE__ */ new FinalizationRegistry<Storage[]>((storages) => {
  for (const storage of storages) {
    late++;
    storage.release();
  }
});

/** How many buffers were returned late, by garbage collection instead of a scope. The test kits want 0. */
export function lateReturns(): number {
  return late;
}

export class Scope {
  readonly parent: Scope | null;
  readonly holders: Holder[] = [];

  constructor(parent: Scope | null) {
    this.parent = parent;
  }
}

/** Puts a new holder into the current scope. */
export function adopt(holder: Holder, home: Scope | null = current): void {
  holder.home = home;
  if (home) home.holders.push(holder);
  else finalizer.register(holder, holder.held(), holder);
}

/** To be called by `release` of a holder that may live outside all scopes. */
export function disown(holder: Holder): void {
  if (holder.home === null) finalizer.unregister(holder);
}

/** Takes a holder out of scopes and garbage collection: from now on its owner releases it. */
export function detachFromScope(holder: Holder): void {
  disown(holder);
  holder.home = 'kept';
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
  for (const holder of scope.holders) {
    if (holder.home !== scope) continue;
    if (spared.has(holder)) adopt(holder, scope.parent);
    else holder.release();
  }
  return result;
}

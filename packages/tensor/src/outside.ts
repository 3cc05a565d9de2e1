// What lives outside all scopes: given back when the engine has found that nobody can reach it, and counted until then.

import { askToCollect, canCollect } from './collector.ts';
import type { Device, DeviceBuffer } from './device.ts';
import { OutOfMemoryError } from './errors.ts';
import { nextTurn } from './next-turn.ts';
import type { Holder, Storage } from './storage.ts';

/** Growth after which a read collects: below it a collection costs more than it frees. */
const READ_GROWTH = 2 ** 21;
/** Growth after which an allocation does, in a loop that never reads. */
const LOOP_GROWTH = 2 ** 28;

/** A holder outside all scopes, and what it holds. */
class Stray {
  readonly holder: WeakRef<Holder>;
  storages: readonly Storage[];

  constructor(holder: Holder) {
    this.holder = new WeakRef(holder);
    this.storages = holder.held();
  }
}

/** What ties a holder to its record. Only the holder refers to it, so both are collected together. */
export interface Anchor {
  readonly stray: Stray;
  /**
   * Never touched. An engine does not see the memory behind a small handle, and would not look for unreachable ones in time;
   * where it cannot be asked to, it sees this, which takes up addresses and nothing else.
   */
  readonly ballast: ArrayBuffer | null;
}

const strays = /* @__PURE__ */ new Set<Stray>();
/** Bytes that only strays hold. */
let bytesOutside = 0;
/** The same after the last collection. */
let settled = 0;
/** Growth after which a read collects now: twice as much after each time that found little, for a program that gives back itself. */
let patience = READ_GROWTH;
let late = 0;

const finalizer = /* @__PURE__ */ new FinalizationRegistry<Stray>(giveBack);

/** How many buffers were returned late, by garbage collection instead of a scope. The test kits want 0. */
export function lateReturns(): number {
  return late;
}

/** To be called by a storage whose bytes are held by strays alone from now on, or no longer. */
export function countOutside(bytes: number): void {
  bytesOutside += bytes;
}

/** From now on `holder` is given back when it has become unreachable. */
export function leaveToCollector(holder: Holder): Anchor {
  const stray = new Stray(holder);
  strays.add(stray);
  finalizer.register(holder, stray, stray);
  for (const storage of stray.storages) storage.strays++;
  return { stray, ballast: canCollect() ? null : ballastOf(stray) };
}

/** To be called by a holder that holds other storages from now on. */
export function holdOthers({ stray }: Anchor, storages: readonly Storage[]): void {
  for (const storage of stray.storages) storage.strays--;
  stray.storages = storages;
  for (const storage of storages) storage.strays++;
}

/** Its share of what it holds together with others. */
function ballastOf({ storages }: Stray): ArrayBuffer | null {
  const bytes = storages.reduce((sum, { weight, handles }) => sum + weight / handles, 0);
  try {
    return new ArrayBuffer(Math.ceil(bytes));
  } catch {
    return null; // addresses are short: the engine has every reason to collect as it is
  }
}

/** The opposite of `leaveToCollector`. */
export function takeFromCollector({ stray }: Anchor): void {
  strays.delete(stray);
  finalizer.unregister(stray);
  for (const storage of stray.storages) storage.strays--;
}

function giveBack(stray: Stray): void {
  if (!strays.delete(stray)) return;
  for (const storage of stray.storages) {
    late++;
    storage.strays--;
    try {
      storage.release();
    } catch {
      // Somebody freed the buffer by hand. A finalizer has no one to tell, and an error here would end the process.
    }
  }
}

/** By `floor` bytes, since the last collection. */
function hasGrown(floor: number): boolean {
  settled = Math.min(settled, bytesOutside);
  return bytesOutside - settled >= floor;
}

/** By half as well: what a program does hold on to is not looked through again and again. */
function isWorthCollecting(floor: number): boolean {
  return canCollect() && hasGrown(Math.max(floor, settled / 2));
}

/** Asks the engine to collect at once, and gives back what it found. Does nothing where it cannot be asked. */
function collect(): void {
  if (!askToCollect()) return;
  const before = bytesOutside;
  for (const stray of strays) {
    if (stray.holder.deref()) continue;
    finalizer.unregister(stray);
    giveBack(stray);
  }
  settled = bytesOutside;
  patience = before - settled < READ_GROWTH / 2 ? Math.min(2 * patience, LOOP_GROWTH) : READ_GROWTH;
}

/**
 * To be awaited by whatever waits for a device: a loop that forgets its scopes, or whose results keep their tapes, then runs in the
 * memory of a few passes. Inside scopes, and for what is kept, it does nothing.
 */
export async function relieve(): Promise<void> {
  if (!hasGrown(READ_GROWTH)) return;
  if (canCollect()) {
    if (isWorthCollecting(patience)) collect();
    return;
  }
  await nextTurn(); // in which finalizers run
  settled = bytesOutside;
}

/**
 * Memory of a device; before it gives up, what is unreachable outside all scopes is collected.
 *
 * @throws OutOfMemoryError naming bytes, and what lies outside all scopes.
 */
export function allocate(device: Device, bytes: number): DeviceBuffer {
  if (hasGrown(LOOP_GROWTH) && isWorthCollecting(LOOP_GROWTH)) collect();
  try {
    return device.allocate(bytes);
  } catch (error) {
    if (!(error instanceof OutOfMemoryError) || strays.size === 0) throw error;
  }
  collect();
  try {
    return device.allocate(bytes);
  } catch (cause) {
    const { tensors, held } = outsideOf(device);
    if (tensors === 0) throw cause;
    throw new OutOfMemoryError(
      `${(cause as Error).message} ${tensors} tensors outside any scope hold ${held} bytes of it; run each pass inside scope(() => ...), which gives them back.`,
      { cause },
    );
  }
}

/** Buffers on a device that strays alone hold, and their bytes. */
function outsideOf(device: Device): { tensors: number; held: number } {
  const storages = new Set([...strays].flatMap((stray) => stray.storages));
  const alone = [...storages].filter((storage) => storage.device === device && storage.strays === storage.handles);
  return { tensors: alone.length, held: alone.reduce((sum, { bytes }) => sum + bytes, 0) };
}

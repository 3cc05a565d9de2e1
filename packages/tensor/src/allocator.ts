// Blocks of a device's memory: size classes with free lists, merged again when they would lie idle.
import { DeviceError, OutOfMemoryError } from './errors.ts';
import { shown, whole } from './options.ts';

/** In which a memory grows. */
export const pageBytes = 65536;

/** Memory of one stretch, which can grow. */
export interface GrowingMemory {
  readonly pages: number;
  /** By at least so many. It throws where there are no more. */
  grow(pages: number): void;
}

/** Alignment and smallest block, in bytes. */
const unit = 256;
const unitsPerPage = pageBytes / unit;
/** Smallest growth, in pages: 16 MiB. */
const growth = 256;

/** A free stretch of memory, in units. */
interface Stretch {
  start: number;
  units: number;
}

/** Of sizes of large blocks, as a power of two, in units: 1 MiB. */
const coarsest = 12;

/** Rounds up to one of eight sizes per power of two: at most an eighth of a block is unused, and at most 1 MiB. */
function classOf(bytes: number): number {
  const units = Math.max(1, Math.ceil(bytes / unit));
  const grain = 2 ** Math.min(coarsest, Math.max(0, 28 - Math.clz32(units - 1)));
  return Math.ceil(units / grain) * grain;
}

/** Places in a memory that grows: what is given back is used again. */
export class Allocator {
  private readonly name: string;
  private readonly heap: GrowingMemory;
  private readonly maximumPages: number;
  /** Free blocks by class. */
  private readonly free = new Map<number, number[]>();
  /** Merged free memory, by address. */
  private stretches: Stretch[] = [];
  /** Class of every block in use, by its start in units. */
  private readonly live = new Map<number, number>();
  /** Starts of the blocks in use, ascending; made when asked for. */
  private ordered: Float64Array | undefined;
  /** Units in `free`. */
  private idle = 0;
  /** Units in use. */
  private used = 0;
  /** Everything from here on is untouched. */
  private top: number;

  /**
   * @param name of the device, for messages.
   * @param reserved bytes at the beginning that are no block; at least one, so that no pointer is 0.
   */
  constructor(name: string, heap: GrowingMemory, maximumPages: number, reserved = 1) {
    this.name = name;
    this.heap = heap;
    this.maximumPages = maximumPages;
    this.top = Math.ceil(reserved / unit);
  }

  /** Bytes in blocks that are in use. */
  get bytesInUse(): number {
    return this.used * unit;
  }

  /** Blocks in use. */
  get blocks(): number {
    return this.live.size;
  }

  /** A block of at least `bytes`, uninitialised, 256-byte aligned. @throws OutOfMemoryError when there is none. */
  allocate(bytes: number): number {
    const place = this.tryAllocate(bytes);
    if (place !== undefined) return place;
    const maximum = this.maximumPages * unitsPerPage * unit;
    throw new OutOfMemoryError(
      `${this.name}: ${bytes} bytes could not be allocated, ${this.bytesInUse} of at most ${maximum} are in use; use a smaller batch or model.`,
    );
  }

  /** The same, or undefined when there is none. */
  tryAllocate(bytes: number): number | undefined {
    whole(`${this.name}: the size of a buffer`, bytes, 0);
    const units = classOf(bytes);
    const start = this.recycled(units) ?? this.carved(units);
    if (start === undefined) return undefined;
    this.live.set(start, units);
    this.ordered = undefined;
    this.used += units;
    return start * unit;
  }

  /** @throws DeviceError for what is no block in use. */
  release(pointer: number): void {
    const start = Number.isSafeInteger(pointer) ? pointer / unit : 0;
    const units = this.live.get(start);
    if (!units) {
      throw new DeviceError(
        `${this.name}: ${shown(pointer)} is no block in use; a block is released once, by its own pointer.`,
      );
    }
    this.live.delete(start);
    this.ordered = undefined;
    this.used -= units;
    this.idle += units;
    const list = this.free.get(units);
    if (list) list.push(start);
    else this.free.set(units, [start]);
  }

  /** Bytes that the block at `pointer` really has. */
  capacity(pointer: number): number {
    return this.live.get(pointer / unit)! * unit;
  }

  /** Bytes from `pointer`, which may lie inside a block, to the end of that block. @throws DeviceError where none is in use. */
  roomAt(pointer: number): number {
    if (Number.isSafeInteger(pointer)) {
      const own = this.live.get(pointer / unit);
      if (own) return own * unit;
      const start = this.blockBefore(Math.floor(pointer / unit));
      const room = start === undefined ? 0 : (start + this.live.get(start)!) * unit - pointer;
      if (room > 0) return room;
    }
    throw new DeviceError(
      `${this.name}: ${shown(pointer)} lies in no block that is in use; give a buffer that the device allocated.`,
    );
  }

  /** The last block that starts at or before a unit. */
  private blockBefore(at: number): number | undefined {
    this.ordered ??= Float64Array.from(this.live.keys()).sort();
    let [low, high] = [0, this.ordered.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ordered[middle] <= at) low = middle + 1;
      else high = middle;
    }
    return this.ordered[low - 1];
  }

  private recycled(units: number): number | undefined {
    const start = this.free.get(units)?.pop();
    if (start !== undefined) this.idle -= units;
    return start;
  }

  private carved(units: number): number | undefined {
    // Much idle memory of other sizes: merging it costs less than growing.
    if (this.idle >= Math.max(units, this.top / 4) && !this.fitsBelow(units)) this.merge();
    for (const attempt of [() => {}, () => this.merge()]) {
      attempt();
      const start = this.fromStretch(units) ?? this.fromTop(units);
      if (start !== undefined) return start;
    }
    return undefined;
  }

  private fitsBelow(units: number): boolean {
    return this.stretches.some((s) => s.units >= units);
  }

  private fromStretch(units: number): number | undefined {
    const at = this.stretches.findIndex((s) => s.units >= units);
    if (at < 0) return undefined;
    const stretch = this.stretches[at];
    const start = stretch.start;
    stretch.start += units;
    stretch.units -= units;
    if (stretch.units === 0) this.stretches.splice(at, 1);
    return start;
  }

  private fromTop(units: number): number | undefined {
    const end = this.top + units;
    if (end > this.heap.pages * unitsPerPage && !this.grow(Math.ceil(end / unitsPerPage))) return undefined;
    const start = this.top;
    this.top = end;
    return start;
  }

  /** Grows to at least `pages`, by a quarter if that much can be had. */
  private grow(pages: number): boolean {
    const now = this.heap.pages;
    if (pages > this.maximumPages) return false;
    const generous = Math.min(this.maximumPages, Math.max(pages, now + growth, Math.ceil(now * 1.25)));
    for (const target of [generous, pages]) {
      try {
        this.heap.grow(target - now);
        return true;
      } catch {
        // The machine has less than the limit: the smaller target is tried, then the caller reports.
      }
    }
    return false;
  }

  /** Joins all free memory into the longest stretches; what touches the top goes back to it. */
  private merge(): void {
    const all = this.stretches;
    for (const [units, starts] of this.free) for (const start of starts) all.push({ start, units });
    all.sort((a, b) => a.start - b.start);
    const joined: Stretch[] = [];
    for (const stretch of all) {
      const last = joined.at(-1);
      if (last && last.start + last.units === stretch.start) last.units += stretch.units;
      else joined.push(stretch);
    }
    const last = joined.at(-1);
    if (last && last.start + last.units === this.top) {
      this.top = last.start;
      joined.pop();
    }
    this.stretches = joined;
    this.free.clear();
    this.idle = 0;
  }
}

// The memory: a few large buffers, and blocks in them. A place is a number, which says which buffer and where in it.
import { Allocator, OutOfMemoryError, whole } from '@twilljs/tensor';
import type { Pointer } from './kernel.ts';

/** Places of one heap. */
const span = 2 ** 36;
const pageBytes = 65536;

export const heapOf = (pointer: Pointer): number => Math.floor(pointer / span);
export const offsetIn = (pointer: Pointer): number => pointer % span;

/** See `Offers`. */
export function behind(first: Pointer, other: Pointer): number | null {
  return heapOf(first) === heapOf(other) ? (offsetIn(other) - offsetIn(first)) / 4 : null;
}

/** One buffer. It grows by moving to a larger one; places in it stay. */
class Heap {
  private readonly grown: (pages: number) => void;
  private readonly largest: number;
  pages = 0;

  constructor(largest: number, grown: (pages: number) => void) {
    this.largest = largest;
    this.grown = grown;
  }

  /** At least doubles, so that little is copied. */
  grow(pages: number): void {
    const wanted = Math.min(this.largest, Math.max(this.pages + pages, 2 * this.pages));
    this.grown(wanted);
    this.pages = wanted;
  }
}

export interface HeapLimits {
  /** Of one buffer. */
  readonly heapBytes: number;
  /** Of all; a multiple of pages is used. */
  readonly bytes: number;
}

export class Heaps {
  private readonly allocators: Allocator[] = [];
  private readonly limits: HeapLimits;
  private readonly resize: (heap: number, bytes: number) => void;

  /** @param resize gives a heap a buffer of so many bytes, with what the old one held. */
  constructor(limits: HeapLimits, resize: (heap: number, bytes: number) => void) {
    this.limits = limits;
    this.resize = resize;
  }

  get bytesInUse(): number {
    return this.allocators.reduce((sum, { bytesInUse }) => sum + bytesInUse, 0);
  }

  get blocks(): number {
    return this.allocators.reduce((sum, { blocks }) => sum + blocks, 0);
  }

  /** A block in the first heap that has room. @throws OutOfMemoryError when none has; OptionError for what is no size. */
  allocate(bytes: number): Pointer {
    whole('webgpu: the size of a buffer', bytes, 0);
    const { heapBytes, bytes: most } = this.limits;
    if (bytes <= heapBytes - pageBytes) {
      const fresh = this.allocators.length;
      for (let heap = 0; heap <= fresh; heap++) {
        const place = this.allocatorOf(heap).tryAllocate(bytes);
        if (place !== undefined) return heap * span + place;
      }
      // It does not fit an empty one either: rounded up to a block, or by what is left of the limit.
      this.allocators.length = fresh;
    }
    const used = most === Number.POSITIVE_INFINITY ? '' : `${this.bytesInUse} of at most ${most} are in use, `;
    throw new OutOfMemoryError(
      `webgpu: ${bytes} bytes could not be allocated, ${used}one buffer holds ${heapBytes}; use a smaller batch or model.`,
    );
  }

  private allocatorOf(heap: number): Allocator {
    const { heapBytes, bytes } = this.limits;
    const pages = Math.floor(Math.min(heapBytes, bytes - heap * heapBytes) / pageBytes);
    this.allocators[heap] ??= new Allocator(
      'webgpu',
      new Heap(pages, (pages) => this.resize(heap, pages * pageBytes)),
      pages,
    );
    return this.allocators[heap];
  }

  /** @throws DeviceError for what is no block in use. */
  release(pointer: Pointer): void {
    const { allocator, place } = this.at(pointer);
    allocator.release(place);
  }

  /** Bytes that the block at `pointer` really has. */
  capacity(pointer: Pointer): number {
    const { allocator, place } = this.at(pointer);
    return allocator.capacity(place);
  }

  /** Bytes from `pointer` to the end of its block. @throws DeviceError where none is in use. */
  roomAt(pointer: Pointer): number {
    const { allocator, place } = this.at(pointer);
    return allocator.roomAt(place);
  }

  /** What is no place is left to the first heap, which refuses it. */
  private at(pointer: Pointer): { allocator: Allocator; place: number } {
    const allocator = Number.isSafeInteger(pointer) ? this.allocators[heapOf(pointer)] : undefined;
    return allocator ? { allocator, place: offsetIn(pointer) } : { allocator: this.allocatorOf(0), place: pointer };
  }
}

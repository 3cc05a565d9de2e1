// Memory of a device whose kernels write new textures: a place is named by its memory, which holds what was written last.
import { bytesPer, type DType, OptionError, requireWithin, type Shape, shown, size } from '@twilljs/tensor';
import type { Call, Numbers, Operand } from './kernel.ts';
import { put } from './kernels/put.ts';

/** What one allocation holds. Numbers stand one after the other, whatever the bytes of their type. */
export class Memory {
  readonly bytes: number;
  /** Null before the first write. */
  numbers: Numbers | null = null;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  /** What was here before is given back. */
  put(numbers: Numbers | null): void {
    const before = this.numbers;
    this.numbers = numbers;
    if (before !== null && before !== numbers) released(before);
  }
}

/** A texture is given back; an array needs no such thing. */
export function released(numbers: Numbers): void {
  if ('delete' in numbers) numbers.delete();
}

/** A part of a memory, in bytes. */
export class Place {
  readonly memory: Memory;
  readonly from: number;
  readonly bytes: number;

  constructor(memory: Memory, from = 0, bytes: number = memory.bytes) {
    this.memory = memory;
    this.from = from;
    this.bytes = bytes;
  }

  part(byteOffset: number, byteLength: number): Place {
    requireWithin('gpujs', this.bytes, byteOffset, byteLength);
    return new Place(this.memory, this.from + byteOffset, byteLength);
  }

  /** Of its first element. */
  offset(dtype: DType): number {
    return this.from / bytesPer[dtype];
  }

  /** What a memory holds that nobody has written. */
  unwritten(dtype: DType): Float32Array {
    return new Float32Array(Math.max(1, this.memory.bytes / bytesPer[dtype])).fill(Number.NaN);
  }

  /** What the memory holds, after `held`, when a result was written here: the result itself where it is all of it. */
  async merged(result: Operand, shape: Shape, dtype: DType, call: Call, held = this.memory.numbers): Promise<Numbers> {
    const [count, all] = [size(shape), this.memory.bytes / bytesPer[dtype]];
    if (count === all) return result.numbers;
    const before = { numbers: held ?? this.unwritten(dtype), offset: 0, shape: [all], dtype };
    return (await put(before, { ...result, shape: [count] }, [all], 0, this.offset(dtype), call)).numbers;
  }
}

export function placeOf(buffer: unknown): Place {
  if (buffer instanceof Place) return buffer;
  throw new OptionError(`gpujs: the buffer is ${shown(buffer)}; give one that the device allocated.`);
}

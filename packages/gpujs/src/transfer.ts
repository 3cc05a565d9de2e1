// Numbers between the host and gpu.js, which knows f32 only: ids are exact up to 2^24, bf16 is kept as the numbers that it stands for.
import { type Data, type DType, decodeBF16, encodeBF16, OptionError } from '@twilljs/tensor';

const EXACT = 2 ** 24;

/** @throws OptionError for an id that f32 does not hold, and for f64. */
export function numbersOf(data: Data): [numbers: Float32Array, dtype: DType] {
  if (data instanceof Uint16Array) return [decodeBF16(data), 'bf16'];
  if (data instanceof Float64Array)
    throw new OptionError('gpujs: the data is f64, and its numbers are f32; give a Float32Array.');
  if (data instanceof Float32Array) return [data.slice(), 'f32'];
  const beyond = data.find((id) => Math.abs(id) > EXACT);
  if (beyond === undefined) return [Float32Array.from(data), 'i32'];
  throw new OptionError(`gpujs: the id ${beyond} is beyond ${EXACT}, up to which it is exact; use wasm.`);
}

export function hostData(numbers: Float32Array, dtype: DType): Data {
  if (dtype === 'i32') return Int32Array.from(numbers);
  return dtype === 'bf16' ? encodeBF16(numbers) : numbers;
}

// Shapes as kernels see them, and kernels that want no more than their shape.
import { type Shape, size } from '@twilljs/tensor';
import type { Launch, Pointer, WasmKernel, WasmModule } from '@twilljs/wasm';

/** [rows, length of a row] over the last axis. */
export function rowsOf(shape: Shape): [rows: number, length: number] {
  return [size(shape.slice(0, -1)), shape[shape.length - 1]];
}

/** Bytes of a tensor in scratch, so that the next begins where tensors do. */
export const aligned = (bytes: number): number => 256 * Math.ceil(bytes / 256);

type Pointers = readonly Pointer[];

/** The kernel of an op on tensors of one shape, over all n elements alike. */
export function pointwise(
  op: string,
  module: WasmModule,
  launch: (units: number, n: number, ins: Pointers, outs: Pointers) => Launch,
): WasmKernel<null, { elementUnits(n: number): number }> {
  return {
    op,
    module,
    plan([x], _, { elementUnits }) {
      const n = size(x!.shape);
      return { launches: (ins, outs) => [launch(elementUnits(n), n, ins, outs)] };
    },
  };
}

/** The same over rows of N, along the last axis. */
export function rowwise(
  op: string,
  module: WasmModule,
  launch: (units: number, sizes: { rows: number; N: number }, ins: Pointers, outs: Pointers) => Launch,
): WasmKernel<null, { rowUnits(rows: number): number }> {
  return {
    op,
    module,
    plan([x], _, { rowUnits }) {
      const [rows, N] = rowsOf(x!.shape);
      return { launches: (ins, outs) => [launch(rowUnits(rows), { rows, N }, ins, outs)] };
    },
  };
}

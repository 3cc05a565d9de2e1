// Shapes as kernels see them, and kernels that want no more than their shape.
import { type Shape, size } from '@twilljs/tensor';
import type { WasmKernel, WasmModule } from '@twilljs/wasm';

/** [rows, length of a row] over the last axis. */
export function rowsOf(shape: Shape): [rows: number, length: number] {
  return [size(shape.slice(0, -1)), shape[shape.length - 1]];
}

/** Bytes of the sums over rows of n columns: see `assembly/lib/columns.ts`. */
export function sumsBytes(n: number): number {
  return 12 * 4 * Math.ceil(n / 4);
}

/** The kernel of an op on tensors of one shape: the module's function of its name, over all elements at once. */
export function pointwise(op: string, module: WasmModule): WasmKernel<null> {
  return perShape(op, module, (shape) => [size(shape)]);
}

/** The same over the rows of the last axis. */
export function rowwise(op: string, module: WasmModule): WasmKernel<null> {
  return perShape(op, module, rowsOf);
}

function perShape(op: string, module: WasmModule, countsOf: (shape: Shape) => readonly number[]): WasmKernel<null> {
  return {
    op,
    module,
    plan([x]) {
      const counts = countsOf(x!.shape);
      return {
        scratch: 0,
        run(exports, ins, outs) {
          exports[op](...counts, ...ins, ...outs);
        },
      };
    },
  };
}

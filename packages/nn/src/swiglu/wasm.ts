// WebAssembly kernels of swiglu.
import { size } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import * as module from '../gen/swiglu.gen.ts';

export const swigluKernel: WasmKernel<null> = {
  op: 'swiglu',
  module,
  plan([gate]) {
    const n = size(gate!.shape);
    return {
      scratch: 0,
      run(exports, [gate, up], [y]) {
        exports.swiglu(n, gate, up, y);
      },
    };
  },
};

export const swigluGradKernel: WasmKernel<null> = {
  op: 'swigluGrad',
  module,
  plan([, gate]) {
    const n = size(gate!.shape);
    return {
      scratch: 0,
      run(exports, [dy, gate, up], [dgate, dup]) {
        exports.swigluGrad(n, dy, gate, up, dgate, dup);
      },
    };
  },
};

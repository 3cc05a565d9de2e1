// WebAssembly kernels of silu.
import { size } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import * as module from '../gen/swiglu.gen.ts';

export const siluKernel: WasmKernel<null> = {
  op: 'silu',
  module,
  plan([x]) {
    const n = size(x!.shape);
    return {
      scratch: 0,
      run(exports, [x], [y]) {
        exports.silu(n, x, y);
      },
    };
  },
};

export const siluGradKernel: WasmKernel<null> = {
  op: 'siluGrad',
  module,
  plan([, x]) {
    const n = size(x!.shape);
    return {
      scratch: 0,
      run(exports, [dy, x], [dx]) {
        exports.siluGrad(n, dy, x, dx);
      },
    };
  },
};

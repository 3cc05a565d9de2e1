// WebAssembly kernels of normalCdf.
import { size } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import * as module from '../gen/normal-cdf.gen.ts';

export const normalCdfKernel: WasmKernel<null> = {
  op: 'normalCdf',
  module,
  plan([x]) {
    const n = size(x!.shape);
    return {
      scratch: 0,
      run(exports, [x], [y]) {
        exports.normalCdf(n, x, y);
      },
    };
  },
};

export const normalCdfGradKernel: WasmKernel<null> = {
  op: 'normalCdfGrad',
  module,
  plan([, x]) {
    const n = size(x!.shape);
    return {
      scratch: 0,
      run(exports, [dy, x], [dx]) {
        exports.normalCdfGrad(n, dy, x, dx);
      },
    };
  },
};

// The WebAssembly kernel of clipGradNorm.
import { size } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import { module } from '../gen/clip-grad-norm.gen.ts';
import type { ClipGradNormAttrs } from './op.ts';

export const clipGradNormKernel: WasmKernel<ClipGradNormAttrs> = {
  op: 'clipGradNorm',
  module,
  plan([grad], { maxNorm }) {
    const n = size(grad!.shape);
    return {
      scratch: 0,
      run(exports, [grad], [out, norm]) {
        exports.clip(n, maxNorm, grad, out, norm);
      },
    };
  },
};

// The WebAssembly kernel of clipGradNorm.
import type { WasmKernel } from '@twilljs/wasm';
import * as launches from '../gen/clip-grad-norm.gen.ts';
import type { ClipAttrs } from './op.ts';

const { module } = launches;

export const clipGradNormKernel: WasmKernel<ClipAttrs> = {
  op: 'clipGradNorm',
  module,
  plan([, blocks], { maxNorm, scale }) {
    const [count] = blocks!.shape;
    return {
      shared: 8 * count,
      launches: ([grad, blocks, loss], [norm, factor], sums) => [
        launches.sum(count, { scale, grad, blocks, sums }),
        launches.finish(1, { count, limit: maxNorm, blocks, sums, loss, norm, factor }),
      ],
    };
  },
};

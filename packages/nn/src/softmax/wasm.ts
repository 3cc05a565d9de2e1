// WebAssembly kernels of softmax.
import { module, softmax, softmaxGrad } from '../gen/softmax.gen.ts';
import { rowwise } from '../rows.ts';

export const softmaxKernel = /* @__PURE__ */ rowwise('softmax', module, (units, sizes, [x], [y]) =>
  softmax(units, { ...sizes, x, y }),
);
export const softmaxGradKernel = /* @__PURE__ */ rowwise('softmaxGrad', module, (units, sizes, [dy, y], [dx]) =>
  softmaxGrad(units, { ...sizes, dy, y, dx }),
);

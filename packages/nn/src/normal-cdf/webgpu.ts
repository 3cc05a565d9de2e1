// WebGPU kernels of normalCdf.
import { elementwise } from '../elements.ts';
import { normalCdf, normalCdfGrad } from '../gen/normal-cdf.wgsl.gen.ts';

export const normalCdfKernel = /* @__PURE__ */ elementwise('normalCdf', (units, n, [x], [y]) =>
  normalCdf(units, { n, x, y }),
);
export const normalCdfGradKernel = /* @__PURE__ */ elementwise('normalCdfGrad', (units, n, [dy, x], [dx]) =>
  normalCdfGrad(units, { n, dy, x, dx }),
);

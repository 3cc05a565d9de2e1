// WebAssembly kernels of normalCdf.
import { module, normalCdf, normalCdfGrad } from '../gen/normal-cdf.gen.ts';
import { pointwise } from '../rows.ts';

export const normalCdfKernel = /* @__PURE__ */ pointwise('normalCdf', module, (units, n, [x], [y]) =>
  normalCdf(units, { n, x, y }),
);
export const normalCdfGradKernel = /* @__PURE__ */ pointwise('normalCdfGrad', module, (units, n, [dy, x], [dx]) =>
  normalCdfGrad(units, { n, dy, x, dx }),
);

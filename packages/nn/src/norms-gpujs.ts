// Norms over the last axis for gpu.js: y = w x rstd with rstd = 1 / sqrt(share sum(x^2) + eps), a number for each row.
import type { Call, Operand } from '@twilljs/gpujs';
import { size } from '@twilljs/tensor';

export interface Norm {
  readonly x: Operand;
  readonly weight: Operand | null;
  readonly eps: number;
  /** Of the sum of squares: 1 / D of a mean. */
  readonly share: number;
}

const scaled = {
  name: 'norm of rows',
  source: `function(x, from, D, share, eps) {
let total = 0;
for (let i = 0; i < D; i++) {
  const v = x[from + this.thread.x * D + i];
  total = total + v * v;
}
return 1 / Math.sqrt(total * share + eps); }`,
};

const normed = {
  name: 'rows by their norm',
  source: `function(x, from0, rstd, from1, weight, from2, D, hasWeight) {
const row = Math.floor((this.thread.x + 0.5) / D);
const y = x[from0 + this.thread.x] * rstd[from1 + row];
if (hasWeight > 0) { return y * weight[from2 + this.thread.x - row * D]; }
return y; }`,
};

const width = (x: Operand): number => x.shape.at(-1)!;
const rows = (x: Operand): number => size(x.shape.slice(0, -1));

const rstdOf = ({ x, eps, share }: Norm, call: Call): Promise<Operand> =>
  call(scaled, rows(x), [x, width(x), share, eps]);

export async function forward(norm: Norm, call: Call): Promise<Operand> {
  const { x, weight } = norm;
  const rstd = await rstdOf(norm, call);
  return call(normed, size(x.shape), [x, rstd, weight ?? x, width(x), weight ? 1 : 0]);
}

const along = {
  name: 'gradient of a norm along its row',
  source: `function(dy, from0, x, from1, weight, from2, D, hasWeight) {
let total = 0;
for (let i = 0; i < D; i++) {
  let d = dy[from0 + this.thread.x * D + i];
  if (hasWeight > 0) { d = d * weight[from2 + i]; }
  total = total + d * x[from1 + this.thread.x * D + i];
}
return total; }`,
};

const back = {
  name: 'gradient of a norm',
  source: `function(dy, from0, x, from1, weight, from2, rstd, from3, dot, from4, D, hasWeight, share) {
const row = Math.floor((this.thread.x + 0.5) / D);
let d = dy[from0 + this.thread.x];
if (hasWeight > 0) { d = d * weight[from2 + this.thread.x - row * D]; }
const r = rstd[from3 + row];
return r * (d - x[from1 + this.thread.x] * r * r * share * dot[from4 + row]); }`,
};

const ofWeight = {
  name: 'gradient of the weight of a norm',
  source: `function(dy, from0, x, from1, rstd, from2, D, rows) {
let total = 0;
for (let row = 0; row < rows; row++) {
  const at = row * D + this.thread.x;
  total = total + dy[from0 + at] * x[from1 + at] * rstd[from2 + row];
}
return total; }`,
};

/** dx, and that of the weight where there is one. */
export async function backward(dy: Operand, norm: Norm, call: Call): Promise<Operand[]> {
  const { x, weight, share } = norm;
  const D = width(x);
  const [w, hasWeight] = [weight ?? x, weight ? 1 : 0];
  const rstd = await rstdOf(norm, call);
  const dot = await call(along, rows(x), [dy, x, w, D, hasWeight]);
  const dx = await call(back, size(x.shape), [dy, x, w, rstd, dot, D, hasWeight, share]);
  return weight ? [dx, await call(ofWeight, D, [dy, x, rstd, D, rows(x)])] : [dx];
}

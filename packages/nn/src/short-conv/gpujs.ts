// The causal convolution, for gpu.js: rows of T, without ranges. The inputs of a row are the W-1 before it, and its own.
import type { Argument, Call, GpuJsKernel, Operand } from '@twilljs/gpujs';
import { type Shape, type Spec, size } from '@twilljs/tensor';
import type { ShortConvAttrs } from './op.ts';

/** Lines that find `value`, input `r` of channel `d` in row `b`. */
const input = `let value = 0;
if (r >= W - 1) { value = x[from0 + (b * T + r - W + 1) * D + d]; }
else { if (hasState > 0) { value = h0[from1 + (b * (W - 1) + r) * D + d]; } }`;

/** Lines that place an element of [B,`rows`,D]: `b`, `t`, `d`. */
const placed = (rows: string) => `const line = Math.floor((this.thread.x + 0.5) / D);
const d = this.thread.x - line * D;
const b = Math.floor((line + 0.5) / ${rows});
const t = line - b * ${rows};`;

/** Lines that find `z`, what is activated. */
const sum = `let z = 0;
if (hasBias > 0) { z = bias[from3 + d]; }
for (let j = 0; j < W; j++) {
  const r = t + j;
  ${input}
  z = z + weight[from2 + d * W + j] * value;
}`;

const sigmoid = `const e = Math.exp(-Math.abs(z));
let s = 1 / (1 + e);
if (z < 0) { s = e / (1 + e); }`;

const common = 'x, from0, h0, from1, weight, from2, bias, from3, T, D, W, hasState, hasBias, isSilu';

const forward = {
  name: 'shortConv',
  source: `function(${common}) {
${placed('T')}
${sum}
if (isSilu < 0.5) { return z; }
${sigmoid}
return z * s; }`,
};

const last = {
  name: 'last inputs of shortConv',
  source: `function(x, from0, h0, from1, T, D, W, hasState) {
${placed('(W - 1)')}
const r = T + t;
${input}
return value; }`,
};

const activated = {
  name: 'gradient before the activation of shortConv',
  source: `function(${common}, dy, from4) {
${placed('T')}
${sum}
${sigmoid}
return dy[from4 + this.thread.x] * s * (1 + z * (1 - s)); }`,
};

/** Of inputs `first` and those after it, of which each row has `rows`. */
const back = {
  name: 'gradient of the inputs of shortConv',
  source: `function(dz, from0, weight, from1, dstate, from2, T, D, W, first, rows) {
${placed('rows')}
const r = first + t;
let total = 0;
if (r >= T) { total = dstate[from2 + (b * (W - 1) + r - T) * D + d]; }
for (let j = 0; j < W; j++) {
  const at = r - j;
  if (at >= 0) { if (at < T) { total = total + weight[from1 + d * W + j] * dz[from0 + (b * T + at) * D + d]; } }
}
return total; }`,
};

const ofWeight = {
  name: 'gradient of the filters of shortConv',
  source: `function(x, from0, h0, from1, dz, from2, T, D, W, hasState, B) {
const d = Math.floor((this.thread.x + 0.5) / W);
const j = this.thread.x - d * W;
let total = 0;
for (let b = 0; b < B; b++) {
  for (let t = 0; t < T; t++) {
    const r = t + j;
    ${input}
    total = total + value * dz[from2 + (b * T + t) * D + d];
  }
}
return total; }`,
};

const ofBias = {
  name: 'gradient of the bias of shortConv',
  source: `function(dz, from, D, rows) {
let total = 0;
for (let i = 0; i < rows; i++) { total = total + dz[from + i * D + this.thread.x]; }
return total; }`,
};

interface Convolution {
  readonly x: Operand;
  readonly weight: Operand;
  readonly bias: Operand | null;
  readonly h0: Operand | null;
}

/** Arguments of `common`. An operand that is absent is stood for by one that is never read. */
function given({ x, weight, bias, h0 }: Convolution, { activation }: ShortConvAttrs): Argument[] {
  const [, T, D] = x.shape;
  const flags = [h0 ? 1 : 0, bias ? 1 : 0, activation === 'silu' ? 1 : 0];
  return [x, h0 ?? x, weight, bias ?? x, T, D, weight.shape[1], ...flags];
}

const refuses = (ranges: Spec | null) => (ranges ? 'through ranges it has no kernel of gpu.js' : null);

const shortConvKernel: GpuJsKernel<ShortConvAttrs> = {
  op: 'shortConv',
  refuses: (ins) => refuses(ins[4]),
  async run([x, weight, bias, h0], attrs, [y, state], call) {
    const of = { x: x!, weight: weight!, bias, h0 };
    const numbers = [x!.shape[1], x!.shape[2], weight!.shape[1], h0 ? 1 : 0];
    return [await call(forward, size(y), given(of, attrs)), await call(last, size(state), [x!, h0 ?? x!, ...numbers])];
  },
};

const shortConvGradKernel: GpuJsKernel<ShortConvAttrs> = {
  op: 'shortConvGrad',
  refuses: (ins) => refuses(ins[6]),
  async run([dy, dstate, x, weight, bias, h0], attrs, _, call) {
    const of = { x: x!, weight: weight!, bias, h0 };
    const dz = attrs.activation === 'silu' ? await call(activated, size(x!.shape), [...given(of, attrs), dy!]) : dy!;
    const results = [await inputs(of, dz, dstate!, x!.shape[1], call), await filters(of, dz, call)];
    const [B, T, D] = x!.shape;
    if (bias) results.push(await call(ofBias, D, [dz, D, B * T]));
    if (h0) results.push(await inputs(of, dz, dstate!, 0, call));
    return results;
  },
};

/** dx where `rows` is T, dh0 where it is 0. */
function inputs({ x, weight }: Convolution, dz: Operand, dstate: Operand, rows: number, call: Call): Promise<Operand> {
  const [B, T, D] = x.shape;
  const W = weight.shape[1];
  const [first, count]: Shape = rows > 0 ? [W - 1, T] : [0, W - 1];
  return call(back, B * count * D, [dz, weight, dstate, T, D, W, first, count]);
}

function filters({ x, weight, h0 }: Convolution, dz: Operand, call: Call): Promise<Operand> {
  const [B, T, D] = x.shape;
  const W = weight.shape[1];
  return call(ofWeight, D * W, [x, h0 ?? x, dz, T, D, W, h0 ? 1 : 0, B]);
}

export const shortConvKernels: readonly GpuJsKernel[] = [shortConvKernel, shortConvGradKernel];

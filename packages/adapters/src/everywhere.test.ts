// Adapters of every linear layer of every mixer. On WebGPU there is one layer of each fused op here; the others are in accept/webgpu.
import { kernels as attention } from '@twilljs/attention/webgpu';
import { kernels as nn } from '@twilljs/nn/webgpu';
import { kernels as scan } from '@twilljs/scan/webgpu';
import { cpu } from '@twilljs/tensor';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { device } from 'twilljs';
import { cases } from '../../hybrid/src/models.test-data.ts';
import { everywhere } from './everywhere.test-data.ts';

everywhere('cpu-f64', cpu({ float: 'f64' }), cases, 1e-12);
everywhere('wasm', await device({ name: 'wasm' }), cases, 1e-6);
for (const [name, card] of await webgpuDevices({ kernels: [...nn, ...scan, ...attention] })) {
  everywhere(name, card, cases.slice(-1), 1e-6, /0\.(attn\.k_proj|mlp\.(up|down)_proj)/);
}

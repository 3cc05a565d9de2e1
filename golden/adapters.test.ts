// Golden adapters where CPUs compute; on WebGPU they are in accept/webgpu.
import { cpu } from '@twilljs/tensor';
import { device } from 'twilljs';
import { replayAdapters } from './adapters.test-data.ts';

replayAdapters([
  ['cpu-f64', cpu({ float: 'f64' })],
  ['wasm', await device({ name: 'wasm' })],
]);

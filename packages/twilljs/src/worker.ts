// The process of a cell: what `inProcesses(worker)` starts. It has no exports; importing it is its work.

import { serveCells } from '@twilljs/sweep/node';
import { cpu } from '@twilljs/tensor';
import { device } from './device.ts';
import { known } from './known.ts';

await serveCells(known, async (name, threads) => {
  if (name === 'cpu') return cpu();
  if (name === 'webgpu' || name === 'gpujs') return device({ name });
  return device({ name: name as 'auto' | 'wasm', ...(threads !== null && { threads }) });
});

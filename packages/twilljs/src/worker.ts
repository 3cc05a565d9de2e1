// The process of a cell: what `inProcesses(worker)` starts. It has no exports; importing it is its work.

import { serveCell } from '@twilljs/sweep/node';
import { cpu } from '@twilljs/tensor';
import { device } from './device.ts';
import { known } from './known.ts';

await serveCell(known, async (name, threads) =>
  name === 'cpu' ? cpu() : device({ ...(threads !== null && { threads }) }),
);

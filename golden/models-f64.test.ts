// Golden models in f64: a file of its own, so that a machine's cores share the work.
import { cpu } from '@twilljs/tensor';
import { replayModels } from './models.test-data.ts';

replayModels([
  ['cpu-f64', cpu({ float: 'f64' })],
  ['cpu-f64, eager', cpu({ float: 'f64', eager: true })],
]);

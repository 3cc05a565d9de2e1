// @twilljs/deltanet: the delta rule as a layer.
export { deltanet } from './family.ts';
export { DeltaNet, type DeltaNetConfig } from './layer.ts';
export { recurrence } from './recurrence.ts';

// @twilljs/hgrn: the hierarchically gated recurrence as a layer.
export { hgrn } from './family.ts';
export { HGRN, type HGRNConfig } from './layer.ts';
export { recurrence } from './recurrence.ts';

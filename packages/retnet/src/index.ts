// @twilljs/retnet: retention as a layer.
export { retnet } from './family.ts';
export { RetNet, type RetNetConfig } from './layer.ts';
export { recurrence } from './recurrence.ts';

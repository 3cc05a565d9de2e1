// @twilljs/gated-deltanet: the gated delta rule as a layer.
export { gatedDeltanet } from './family.ts';
export { GatedDeltaNet, type GatedDeltaNetConfig } from './layer.ts';
export { recurrence } from './recurrence.ts';

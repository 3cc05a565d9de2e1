// @twilljs/gla: gated linear attention as a layer.
export { gla } from './family.ts';
export { GLA, type GLAConfig } from './layer.ts';
export { recurrence } from './recurrence.ts';

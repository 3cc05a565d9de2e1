// @twilljs/hgrn2: HGRN2 as a layer.
export { hgrn2 } from './family.ts';
export { HGRN2, type HGRN2Config } from './layer.ts';
export { recurrence } from './recurrence.ts';

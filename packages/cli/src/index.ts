// @twilljs/cli: the twill command as a function, for those who embed or test it.
export { type Captured, capture } from './capture.ts';
export { run } from './program.ts';
export type { Terminal } from './terminal.ts';

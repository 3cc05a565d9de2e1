// What needs files.
export { type ReadOptions, readDocuments } from './read.ts';

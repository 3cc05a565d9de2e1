// What needs files.
export { readDocuments } from './read.ts';

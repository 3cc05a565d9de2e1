// Adapters in directories.
export { loadAdapter, saveAdapter } from './directory.ts';

// Files and directories on disk; the part of the hub that needs Node.
export { loadModel, readConfigFile, readModelDirectory, saveModel, writeModelDirectory } from './directory.ts';
export {
  attempt,
  fileError,
  flushDirectory,
  listDirectory,
  makeDirectory,
  readFile,
  readText,
  withFile,
  writeAtomic,
} from './files.ts';
export { openSafetensors } from './open.ts';
export { copyTokenizer, readTokenizer } from './tokenizer.ts';

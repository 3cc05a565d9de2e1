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
export { HubError } from './remote/errors.ts';
export type { DownloadProgress } from './remote/fetch-all.ts';
export type { RemoteFile } from './remote/listing.ts';
export type { RepositoryOptions } from './remote/lookup.ts';
export { isRepositoryId } from './remote/repository.ts';
export {
  listRepository,
  type RepositoryListing,
  type ResolvedRepository,
  type ResolveOptions,
  resolveRepository,
} from './remote/resolve.ts';
export { copyTokenizer, readTokenizer } from './tokenizer.ts';

// Files and directories on disk; the part of the hub that needs Node.
export { load, readConfigFile, readModelDirectory } from './directory.ts';
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
export type { FlameData } from './flame/arguments.ts';
export { type FlameJob, type FlameJobOptions, type FlameManifest, flameJob } from './flame/job.ts';
export { HubError } from './remote/errors.ts';
export type { DownloadProgress } from './remote/fetch-all.ts';
export type { RemoteFile } from './remote/listing.ts';
export type { RepositoryOptions } from './remote/lookup.ts';
export { type OpenedFolder, openFolder } from './remote/open.ts';
export { isRepositoryId } from './remote/repository.ts';
export {
  listRepository,
  type RepositoryListing,
  type ResolvedRepository,
  type ResolveOptions,
  resolveRepository,
} from './remote/resolve.ts';
export { type SaveOptions, save, type WriteOptions, writeModelDirectory } from './save.ts';
export { diskFolder, diskSource } from './sources/disk.ts';
export { writeTogether } from './staged.ts';
export { readTokenizer, readTokenizerFiles } from './tokenizer.ts';

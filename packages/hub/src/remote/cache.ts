// The cache on disk, laid out as Hugging Face's own programs do, so that files are shared with them.
import { constants, copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { threadId } from 'node:worker_threads';
import { attempt, makeDirectory, readText, writeAtomic } from '../files.ts';
import { isObject, type JsonObject, parseJsonObject } from '../json.ts';
import { blobOf, byPath, isHash, type RemoteFile } from './listing.ts';
import { isCommit, isSafePath, type Repository } from './repository.ts';
import type { Settings } from './settings.ts';

/**
 * ```
 * models--org--name/
 * ├── blobs/<sha-256, or git's sha-1 of small files>
 * ├── refs/main                   a commit
 * ├── snapshots/<commit>/<file>   -> ../../blobs/...
 * └── trees/<commit>.json         what the commit holds: of a cache without it nobody knows whether a file is missing
 * ```
 */
export class RepositoryCache {
  readonly folder: string;
  private readonly links: boolean;

  constructor({ cacheDir, links }: Settings, { folder }: Repository) {
    this.folder = join(cacheDir, folder);
    this.links = links;
  }

  get blobs(): string {
    return join(this.folder, 'blobs');
  }

  snapshot(commit: string): string {
    return join(this.folder, 'snapshots', commit);
  }

  /** The commit that a branch or tag was when it was last looked up; null where it never was. */
  commitOf(revision: string): string | null {
    if (isCommit(revision)) return revision;
    const path = join(this.folder, 'refs', revision);
    const text = isFile(path) ? readText(path).trim() : '';
    return isCommit(text) ? text : null;
  }

  setCommit(revision: string, commit: string): void {
    if (this.commitOf(revision) === commit) return;
    const path = join(this.folder, 'refs', revision);
    makeDirectory(dirname(path));
    writeAtomic(path, commit);
  }

  /** What a commit holds; null where nobody wrote it down. */
  filesOf(commit: string): RemoteFile[] | null {
    const path = this.treePath(commit);
    if (!isFile(path)) return null;
    try {
      return readTree(parseJsonObject(readText(path), path));
    } catch {
      return null; // a file of another version, or damaged: it is asked for and written anew
    }
  }

  setFiles(commit: string, files: readonly RemoteFile[]): void {
    const path = this.treePath(commit);
    makeDirectory(dirname(path));
    writeAtomic(path, treeText(files));
  }

  private treePath(commit: string): string {
    return join(this.folder, 'trees', `${commit}.json`);
  }

  /** Names of the files of a snapshot, where no tree says them. */
  namesIn(commit: string): string[] {
    const top = this.snapshot(commit);
    if (!existsSync(top)) return [];
    const names = attempt(top, () => readdirSync(top, { recursive: true })).map((name) => String(name));
    return names.filter((name) => isFile(join(top, name))).map((name) => name.replaceAll('\\', '/'));
  }

  /** Whether a snapshot has a file, whole. */
  has(commit: string, { path, bytes }: RemoteFile): boolean {
    return sizeOf(join(this.snapshot(commit), path)) === bytes;
  }

  hasBlob(file: RemoteFile): boolean {
    return sizeOf(join(this.blobs, blobOf(file))) === file.bytes;
  }

  /** Puts a blob into a snapshot. @returns false where it had to be copied. */
  place(commit: string, file: RemoteFile): boolean {
    const [blob, path] = [join(this.blobs, blobOf(file)), join(this.snapshot(commit), file.path)];
    makeDirectory(dirname(path));
    return attempt(path, () => {
      const temporary = `${path}.${process.pid}-${threadId}.tmp`;
      try {
        const isLink = this.links && link(relative(dirname(path), blob), temporary);
        if (!isLink) copyFileSync(blob, temporary, constants.COPYFILE_FICLONE);
        renameSync(temporary, path);
        return isLink;
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      }
    });
  }
}

/** What systems answer that have no links, or grant none to this user. */
const NO_LINKS = ['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** @returns false where there are no links. */
function link(target: string, path: string): boolean {
  try {
    symlinkSync(target, path);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (NO_LINKS.includes(code)) return false;
    if (code !== 'EEXIST') throw error;
    rmSync(path); // of a process of this number that was killed
    return link(target, path);
  }
}

const VERSION = 1;

/** As huggingface_hub writes it. */
function treeText(files: readonly RemoteFile[]): string {
  const entries = files.map(({ path, bytes, oid, sha256, xet }) => [
    path,
    {
      size: bytes,
      blob_id: oid,
      ...(sha256 !== undefined && { lfs_sha256: sha256, lfs_size: bytes }),
      ...(xet !== undefined && { xet_hash: xet }),
    },
  ]);
  return JSON.stringify({ format_version: VERSION, files: Object.fromEntries(entries) }, null, 1);
}

function readTree({ format_version, files }: JsonObject): RemoteFile[] | null {
  if (format_version !== VERSION || !isObject(files)) return null;
  const read = Object.entries(files).map(([name, entry]): RemoteFile | null => {
    const { size, blob_id: oid, lfs_sha256: sha256, lfs_size = size, xet_hash: xet } = isObject(entry) ? entry : {};
    if (!isSafePath(name) || !isHash(oid, 40) || !(Number.isSafeInteger(lfs_size) && (lfs_size as number) >= 0))
      return null;
    return {
      ...{ path: name, bytes: lfs_size as number, oid },
      ...(isHash(sha256, 64) && { sha256 }),
      ...(isHash(xet, 64) && { xet }),
    };
  });
  return read.every((file) => file !== null) ? read.sort(byPath) : null;
}

/** Links are followed; -1 where nothing is. */
function sizeOf(path: string): number {
  const facts = attempt(path, () => statSync(path, { throwIfNoEntry: false }));
  return facts?.isFile() ? facts.size : -1;
}

const isFile = (path: string): boolean => sizeOf(path) >= 0;

// Files that a page was given: by a file input, by a drop, or made in memory.

import { FileError, OptionError, shown } from '@twilljs/tensor';
import type { BlobOf } from '../platform.ts';
import { cutShort, type Folder, type Source } from './source.ts';

/** A `Blob` or `File`; only what is asked for comes into memory. */
export function blobSource(blob: BlobOf, name: string): Source {
  return {
    name,
    size: blob.size,
    async read(from, into) {
      const part = await blob
        .slice(from, from + into.length)
        .arrayBuffer()
        .catch((error) => {
          throw new FileError(
            `${name}: cannot be read (${(error as Error).message}); it was changed or removed since it was chosen, choose it again.`,
            { cause: error, path: name },
          );
        });
      if (part.byteLength < into.length) throw cutShort(name, from + part.byteLength, from + into.length);
      into.set(new Uint8Array(part));
    },
  };
}

/** Where a file lies in the folder that was chosen; its name where it was chosen alone. */
const pathOf = (file: File): string => file.webkitRelativePath || file.name;
const depthOf = (file: File): number => pathOf(file).split('/').length;

/**
 * The files of a model, as a page gets them. Of a folder with folders in it the outermost files are taken.
 *
 * @throws OptionError for what is no list of files. FileError where two have one name.
 */
export function filesFolder(files: Iterable<File> | ArrayLike<File>): Folder {
  const all = Array.from(files);
  if (all.length === 0 || !all.every((file) => file instanceof Blob && typeof file.name === 'string')) {
    throw new OptionError(
      `load: ${shown(files)} are no files; give those of an <input type="file" webkitdirectory multiple>.`,
    );
  }
  const depth = Math.min(...all.map(depthOf));
  const outermost = all.filter((file) => depthOf(file) === depth);
  const folder = pathOf(outermost[0]).split('/').slice(0, -1).join('/') || 'the chosen files';
  const byName = new Map<string, File>();
  for (const file of outermost) {
    const other = byName.get(file.name);
    if (other) {
      throw new FileError(`${pathOf(other)} and ${pathOf(file)}: have one name; choose the files of one model.`);
    }
    byName.set(file.name, file);
  }
  return {
    name: folder,
    names: [...byName.keys()].sort(),
    async open(name) {
      const file = byName.get(name);
      return file ? blobSource(file, pathOf(file)) : null;
    },
  };
}

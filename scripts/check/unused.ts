// Exports: what a module exports, another file of its package reads, or an entry hands on.
import { type Check, type Package, type SourceFile, sourceOf } from './repository.ts';
import { readExports } from './syntax.ts';

export const unused: Check = ({ packages }) =>
  packages.flatMap((pack) => {
    const entries = Object.values(pack.manifest.exports).map(sourceOf);
    return pack.files
      .filter(({ kind, path }) => kind === 'source' && !entries.includes(path))
      .flatMap((file) =>
        exportsOf(file)
          .filter((name) => !isRead(pack, file, name))
          .map(
            (name) => `packages/${pack.folder}/${file.path}: exports ${name}, which nobody reads; keep it to itself.`,
          ),
      );
  });

/** Values: a type stands beside what takes or returns it. */
function exportsOf({ path, text }: SourceFile): string[] {
  const isValue = (name: string) =>
    new RegExp(`^export (async )?(function\\*?|const|class) ${name}\\b`, 'm').test(text);
  return readExports(path, text, () => '').filter(isValue);
}

function isRead({ files }: Package, file: SourceFile, name: string): boolean {
  const word = new RegExp(`\\b${name}\\b`);
  return files.some((other) => other !== file && word.test(other.text));
}

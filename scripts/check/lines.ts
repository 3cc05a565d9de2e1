// Lines are a budget: no file over 250, the median under 120, and every file opens by saying what it is.
import type { Check, Repository, SourceFile } from './repository.ts';

const most = 250;
const median = 120;

interface Counted {
  where: string;
  file: SourceFile;
}

export const lines: Check = (repository) => {
  const counted = count(repository);
  const sizes = counted.map(({ file }) => file.lines).sort((a, b) => a - b);
  const middle = sizes[sizes.length >> 1] ?? 0;
  return [
    ...counted
      .filter(({ file }) => file.lines > most)
      .map(({ where, file }) => `${where}: ${file.lines} lines, over ${most}; split it by role.`),
    ...counted
      .filter(({ file }) => !/^(\/\/ |\/\*\* |#!)/.test(file.text))
      .map(({ where }) => `${where}: does not open with a one-line comment that says what the file is.`),
    ...(middle >= median ? [`packages: the median source file has ${middle} lines, not under ${median}.`] : []),
  ];
};

function count({ packages }: Repository): Counted[] {
  return packages.flatMap((pack) =>
    pack.files
      .filter((file) => file.kind !== 'test')
      .map((file) => ({ where: `packages/${pack.folder}/${file.path}`, file })),
  );
}

// The line budget can fail.
import { expect, it } from 'vitest';
import { repository } from './fixture.ts';
import { lines } from './lines.ts';

const path = 'packages/tensor/src/long.ts';
const withLines = (n: number): ReturnType<typeof repository> =>
  repository({ [path]: `// Long.\n${'\n'.repeat(n - 1)}` });

it('refuses over 250', () => {
  expect(lines(withLines(250))).toEqual([]);
  expect(lines(withLines(251))).toEqual([`${path}: 251 lines, over 250; split it by role.`]);
});

it('refuses a median of 120', () => {
  const files = Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [`packages/tensor/src/${i}.ts`, `// Some.\n${'\n'.repeat(119)}`]),
  );
  expect(lines(repository(files))).toEqual(['packages: the median source file has 120 lines, not under 120.']);
});

it('counts no tests and no generated files', () => {
  const text = `// Long.\n${'\n'.repeat(500)}`;
  const files = { 'packages/tensor/src/x.test.ts': text, 'packages/tensor/src/x.gen.ts': text };
  expect(lines(repository(files))).toEqual([]);
});

it('refuses a file that does not say what it is', () => {
  expect(lines(repository({ [path]: 'export const a = 1;\n' }))).toEqual([
    `${path}: does not open with a one-line comment that says what the file is.`,
  ]);
});

// The check of exports can fail.
import { expect, it } from 'vitest';
import { repository } from './fixture.ts';
import { unused } from './unused.ts';

const path = 'packages/tensor/src/some.ts';
const withSome = (text: string, index = ''): string[] =>
  unused(
    repository({
      [path]: `// Some.\n${text}\n`,
      'packages/tensor/src/index.ts': `// Tensors.\n${index}\nexport const x = 1;\n`,
    }),
  );

it('accepts what another file reads or an entry exports, and types', () => {
  expect(unused(repository())).toEqual([]);
  expect(
    withSome(
      'export function used() {}\nexport interface Told {}\nconst code = `\nexport function there() {}`;',
      "export { used } from './some.ts';",
    ),
  ).toEqual([]);
});

it('refuses a value that only its own file reads', () => {
  expect(withSome('export async function alone() { alone(); }\nexport const one = 1;')).toEqual([
    `${path}: exports alone, which nobody reads; keep it to itself.`,
    `${path}: exports one, which nobody reads; keep it to itself.`,
  ]);
});

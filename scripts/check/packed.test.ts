// The check of what is packed can fail.
import { expect, it } from 'vitest';
import { manifest, repository } from './fixture.ts';
import { packed } from './packed.ts';

const file = (name: string) => `packages/tensor/src/${name}`;
const index = (text: string) => ({ [file('index.ts')]: `// Tensors.\n${text}\nexport const x = 1;\n` });

it('accepts what entries reach, what tests use under its name, oracles, and what the command runs', () => {
  const more = {
    ...index("import './used.ts';"),
    [file('used.ts')]: '// Used.\n',
    [file('cases.test-data.ts')]: '// Cases.\n',
    [file('op/naive.ts')]: '// The oracle.\n',
    [file('main.ts')]: '// The command.\n',
    'packages/tensor/package.json': manifest('tensor', [], { bin: { x: 'bin/x.js' } }),
  };
  expect(packed(repository())).toEqual([]);
  expect(packed(repository(more))).toEqual([]);
});

it('refuses a file that nobody reaches, and an entry that needs what is not packed', () => {
  expect(packed(repository({ [file('cases.ts')]: '// Cases.\n' }))).toEqual([
    `${file('cases.ts')}: no entry reaches it; remove it, or end its name in .test-data.ts if tests use it.`,
  ]);
  const needed = { ...index("import './a.test-data.ts';"), [file('a.test-data.ts')]: '// Cases.\n' };
  expect(packed(repository(needed))).toEqual([
    `${file('a.test-data.ts')}: an entry reaches it but it is not packed; give it another name.`,
  ]);
});

it('refuses other files than the others pack', () => {
  const changed = { 'packages/tensor/package.json': manifest('tensor', [], { files: ['dist'] }) };
  expect(packed(repository(changed))).toEqual([
    'packages/tensor/package.json: files is ["dist"], not ["dist","src","!src/**/*.test*.ts"].',
  ]);
});

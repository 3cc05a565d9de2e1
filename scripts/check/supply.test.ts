// The check of the supply chain can fail.
import { expect, it } from 'vitest';
import { manifest, repository } from './fixture.ts';
import { supply } from './supply.ts';

const head = '| dependency | range | licence | package | why |\n|---|---|---|---|---|\n';
const row = '| zip | ^2.0.0 | MIT | tensor | to pack |\n';
const found = (rows: string, changes: object) =>
  supply(
    repository({
      'SECURITY.md': head + rows,
      'packages/tensor/package.json': manifest('tensor', [], changes),
    }),
  );

it('accepts a row for each dependency from elsewhere, and none for our own', () => {
  expect(supply(repository())).toEqual([]);
  expect(found(row, { dependencies: { zip: '^2.0.0' } })).toEqual([]);
  expect(found(row.replace('tensor', 'tensor (bundled)'), { devDependencies: { zip: '^2.0.0' } })).toEqual([]);
  expect(found(row.replace('tensor', 'tensor (optional)'), { peerDependencies: { zip: '^2.0.0' } })).toEqual([]);
});

it('refuses a dependency without a row, and one of another range', () => {
  expect(found('', { dependencies: { zip: '^2.0.0' } })).toEqual([
    'SECURITY.md: has no row of zip ^2.0.0 tensor; say why it is needed.',
  ]);
  expect(found(row, { dependencies: { zip: '^3.0.0' } })).toHaveLength(2);
});

it('refuses a row of what is not installed', () => {
  expect(found(row, {})).toEqual(['SECURITY.md: has a row of zip ^2.0.0 tensor, which no manifest has; remove it.']);
});

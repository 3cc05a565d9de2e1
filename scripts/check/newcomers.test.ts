// The check of newcomers can fail, and names all that a copied mixer lacks.
import { expect, it } from 'vitest';
import { manifest, repository } from './fixture.ts';
import { newcomers } from './newcomers.ts';

const copied = (from: string, to: string): string =>
  `# @twilljs/${from}\n\nIt corrects.\n\n## Install\n\nnpm i @twilljs/${to}\n`;

it('accepts packages that are listed and speak for themselves', () => {
  expect(newcomers(repository())).toEqual([]);
});

it('names everything that a copy still lacks', () => {
  const small = repository({
    'packages/kda/package.json': manifest('kda', [], { description: 'It corrects.' }),
    'packages/kda/README.md': copied('deltanet', 'deltanet'),
    'packages/kda/src/family.ts': "// The family.\nexport const family = {\n  name: 'deltanet',\n};\n",
    'packages/kda/src/mixer.test.ts': '// Its tests.\nmixerChecks({});\n',
    'packages/kda/src/recurrence.ts': '// Its equation.\nexport const recurrence = 1;\n',
    'packages/twilljs/package.json': manifest('twilljs', [], { name: '@twilljs/tensor' }),
    'packages/twilljs/README.md': '# @twilljs/tensor\n',
    'packages/twilljs/src/index.ts':
      "// All.\nexport * from '@twilljs/deltanet';\nexport * from '@twilljs/gated-deltanet';\n",
    'packages/twilljs/src/mixers.ts':
      "// All.\nimport { a } from '@twilljs/deltanet';\nimport { b } from '@twilljs/gated-deltanet';\nexport const mixers = [a, b];\n",
  });
  expect(newcomers(small).filter((problem) => !problem.includes('packages/twilljs;'))).toEqual([
    "packages/kda/README.md: its title is '# @twilljs/deltanet', not '# @twilljs/kda'.",
    'package.json: @twilljs/kda is not among its devDependencies; run pnpm add -w -D @twilljs/kda@workspace:^.',
    'README.md: does not list packages/kda; add it to the table.',
    'packages/kda: no changeset names @twilljs/kda; run pnpm changeset.',
    "packages/deltanet and packages/kda have the same description; write the copy's own.",
    "packages/deltanet and packages/kda have the same README opening; write the copy's own.",
    "packages/kda/src/family.ts: the family's name is deltanet, not kda.",
    'packages/kda/src/mixer.test.ts: does not run paperError of @twilljs/nn/testing.',
    'packages/twilljs/src/mixers.ts: does not hand in packages/kda; import @twilljs/kda there.',
    'packages/twilljs/src/index.ts: does not hand in packages/kda; import @twilljs/kda there.',
    "packages/kda/README.md: speaks of @twilljs/deltanet; say what is this one's.",
  ]);
});

it('sees a copy whose names were replaced', () => {
  const small = repository({
    'packages/gated-deltanet/README.md':
      '# @twilljs/gated-deltanet\n\nGated DeltaNet.\n\n## Equation\n\nGatedDeltaNet: S = a\n',
    'packages/deltanet/README.md': '# @twilljs/deltanet\n\nDeltaNet has a title.\n\n## Equation\n\nDeltaNet: S = a\n',
  });
  expect(newcomers(small)).toEqual([
    "packages/deltanet and packages/gated-deltanet have the same README section Equation; write the copy's own.",
  ]);
});

it('takes a changelog for a changeset', () => {
  const none = { '.changeset/first.md': '---\n---\n' };
  expect(newcomers(repository(none))).toHaveLength(3);
  const released = { 'packages/tensor/CHANGELOG.md': '# @twilljs/tensor\n' };
  expect(newcomers(repository({ ...none, ...released }))).toHaveLength(2);
});

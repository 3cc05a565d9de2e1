// The dependency check can fail.
import { expect, it } from 'vitest';
import { manifest, repository } from './fixture.ts';
import { undeclared } from './undeclared.ts';

const layer = 'packages/deltanet/src/layer.ts';
const broken = (text: string): string[] =>
  undeclared(repository({ [layer]: `// A layer.\nimport '@twilljs/tensor';\n${text}\n` }));

it('accepts declared imports', () => {
  expect(undeclared(repository())).toEqual([]);
});

it('refuses an undeclared import and an unused declaration', () => {
  expect(broken("import { b } from '@else/where/deep';")).toEqual([
    `${layer}: imports @else/where, which is not in dependencies; declare it.`,
  ]);
  expect(undeclared(repository({ [layer]: '// A layer.\n' }))).toEqual([
    'packages/deltanet/package.json: @twilljs/tensor is declared and never imported; remove it.',
  ]);
});

it('wants what a bundled package needs among the dependencies of its own', () => {
  const bundled = {
    'packages/tensor/package.json': manifest('tensor', ['left-pad'], { private: true }),
    'packages/tensor/src/index.ts': "// Tensors.\nimport 'left-pad';\nexport const x = 1;\n",
    'packages/gated-deltanet/package.json': manifest('gated-deltanet', ['left-pad'], {
      devDependencies: { '@twilljs/tensor': 'workspace:^' },
    }),
  };
  expect(undeclared(repository(bundled))).toEqual([]);
  const without = { devDependencies: { '@twilljs/tensor': 'workspace:^' } };
  const lacking = { 'packages/gated-deltanet/package.json': manifest('gated-deltanet', [], without) };
  expect(undeclared(repository({ ...bundled, ...lacking }))).toEqual([
    'packages/gated-deltanet/package.json: bundles packages/tensor, which needs left-pad; declare it.',
  ]);
});

it('takes what the build makes a part of the package, and peers', () => {
  const asked = { [layer]: "// A layer.\nimport '@twilljs/tensor';\nimport 'left-pad';\n" };
  for (const field of ['devDependencies', 'peerDependencies']) {
    const changes = {
      'packages/deltanet/package.json': manifest('deltanet', ['@twilljs/tensor'], { [field]: { 'left-pad': '1' } }),
    };
    expect(undeclared(repository({ ...asked, ...changes }))).toEqual([]);
  }
});

it('refuses a module of Node that the `.` entry reaches and leaves the rest alone', () => {
  expect(broken("import 'node:fs';")).toEqual([`${layer}: imports node:fs; only the ./node entry may.`]);
  const aside = { 'packages/deltanet/src/node.ts': "// Files.\nimport 'node:fs';\n" };
  expect(undeclared(repository(aside))).toEqual([]);
});

it('refuses a relative import out of the package', () => {
  expect(broken("import '../../tensor/src/index.ts';")).toEqual([
    `${layer}: ../../tensor/src/index.ts leaves the package; import it by name.`,
  ]);
});

it('reads the manifest it is given', () => {
  const changes = { 'packages/tensor/package.json': manifest('tensor', ['left-pad']) };
  expect(undeclared(repository(changes))).toEqual([
    'packages/tensor/package.json: left-pad is declared and never imported; remove it.',
  ]);
});

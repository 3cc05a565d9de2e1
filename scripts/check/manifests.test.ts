// The manifest check can fail.
import { expect, it } from 'vitest';
import { manifest, repository } from './fixture.ts';
import { manifests } from './manifests.ts';

const path = 'packages/deltanet/package.json';
const broken = (changes: object, dependencies = ['@twilljs/tensor']): string[] =>
  manifests(repository({ [path]: manifest('deltanet', dependencies, changes) }));

it('accepts manifests that differ where they may', () => {
  expect(manifests(repository())).toEqual([]);
});

it('refuses a key that the others have not', () => {
  const extra = { 'packages/tensor/package.json': manifest('tensor', [], { keywords: [] }) };
  expect(manifests(repository(extra))).toEqual([
    'packages/tensor/package.json: its keys are not those of packages/deltanet in the same order.',
  ]);
});

it('refuses another value, another name and a loose range', () => {
  expect(
    manifests(
      repository({ 'packages/gated-deltanet/package.json': manifest('gated-deltanet', [], { version: '2.0.0' }) }),
    ),
  ).toEqual([
    'packages/gated-deltanet/package.json: version differs from packages/deltanet; only name, description, exports, dependencies, devDependencies, bin, private, peerDependencies, peerDependenciesMeta may.',
  ]);
  expect(broken({ name: 'deltanet' })).toEqual([`${path}: name is deltanet, not @twilljs/deltanet.`]);
  expect(broken({ dependencies: { '@twilljs/tensor': '^0.1.0' } })).toEqual([
    `${path}: @twilljs/tensor is asked for as ^0.1.0, not workspace:^.`,
  ]);
  expect(broken({}, ['b', 'a'])).toEqual([`${path}: dependencies are not in alphabetical order.`]);
});

it('refuses a private package that users would install, and a published one that the build would copy', () => {
  const isPrivate = { 'packages/tensor/package.json': manifest('tensor', [], { private: true }) };
  const asked = manifests(repository(isPrivate)).filter((problem) => problem.startsWith(path));
  expect(asked).toEqual([`${path}: @twilljs/tensor is private and nobody can install it; move it to devDependencies.`]);
  expect(broken({ devDependencies: { '@twilljs/tensor': 'workspace:^' } }, [])).toEqual([
    `${path}: @twilljs/tensor is no private package to bundle; move it to dependencies.`,
  ]);
});

it('refuses an entry of another shape and one without a source', () => {
  const entry = { '@twilljs/source': './src/wasm.ts', types: './dist/wasm.d.ts', default: './dist/wasm.js' };
  expect(broken({ exports: { './wasm': entry } })).toEqual([
    `${path}: exports["./wasm"] names src/wasm.ts, which is missing.`,
  ]);
  expect(broken({ exports: { '.': entry } })[0]).toMatch(`${path}: exports["."] is {"@twilljs/source":"./src/wasm.ts"`);
});

it('refuses a build configuration of its own', () => {
  expect(manifests(repository({ 'packages/tensor/tsup.config.ts': 'export default {};\n' }))).toEqual([
    'packages/tensor/tsup.config.ts: differs from packages/deltanet/tsup.config.ts.',
  ]);
});

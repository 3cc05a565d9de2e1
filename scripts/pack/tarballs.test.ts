// What a package takes along when it is installed alone.
import { expect, it } from 'vitest';
import { manifest, repository } from '../check/fixture.ts';
import { closureOf } from './tarballs.ts';

it('follows dependencies of dependencies, each once', () => {
  const small = repository({
    'packages/hub/package.json': manifest('hub', ['@twilljs/deltanet', '@twilljs/tensor', 'left-pad']),
  });
  const hub = small.packages.find(({ folder }) => folder === 'hub');
  expect(hub && closureOf(small, hub).map(({ folder }) => folder)).toEqual(['hub', 'deltanet', 'tensor']);
});

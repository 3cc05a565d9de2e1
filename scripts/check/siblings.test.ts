// The sibling check can fail.
import { expect, it } from 'vitest';
import { repository } from './fixture.ts';
import { siblings } from './siblings.ts';

it('accepts siblings that differ in name alone', () => {
  expect(siblings(repository())).toEqual([]);
});

it('refuses a file that only one sibling has', () => {
  expect(siblings(repository({ 'packages/gated-deltanet/src/gate.ts': '// A gate.\n' }))).toEqual([
    'packages/gated-deltanet: files differ from packages/deltanet: it has src/gate.ts; make them the same.',
  ]);
});

it('lets a mixer bring its own op and what it exports', () => {
  const index = "// The mixer.\nexport { GatedDeltaNet } from './layer.ts';\nexport { gate } from './op.ts';\n";
  const own = { 'packages/gated-deltanet/src/index.ts': index };
  expect(siblings(repository(own))).toHaveLength(1);
  const op = { 'packages/gated-deltanet/src/op.ts': '// The op.\nexport const gate = 1;\n' };
  expect(siblings(repository({ ...own, ...op }))).toEqual([]);
});

it('refuses a layer that knows its family', () => {
  const layer = "// A layer.\nimport type { family } from './family.ts';\nexport class DeltaNet { of = family; }\n";
  expect(siblings(repository({ 'packages/deltanet/src/layer.ts': layer }))).toEqual([
    'packages/deltanet/src/layer.ts: imports ./family.ts; only src/fields.ts <- src/layer.ts <- src/family.ts may be.',
  ]);
});

it('refuses other exports', () => {
  const index = "// The mixer.\nexport { GatedDeltaNet as Gated } from './layer.ts';\n";
  expect(siblings(repository({ 'packages/gated-deltanet/src/index.ts': index }))).toEqual([
    'packages/gated-deltanet: exports differ from packages/deltanet: it has no . *; make them the same.',
    'packages/gated-deltanet: exports differ from packages/deltanet: it has . Gated; make them the same.',
  ]);
});

it('refuses other headings and does not read them inside a fence', () => {
  const text = '# X\n\n## What\n\n```sh\n## Equation\n```\n';
  expect(siblings(repository({ 'packages/deltanet/README.md': text }))).toEqual([
    'packages/deltanet/README.md: headings are [What]; they must be [What, Equation, Install, Example, Shapes and state, Cost, Source].',
  ]);
  expect(siblings(repository({ 'packages/deltanet/README.md': null }))).toEqual([
    'packages/deltanet: has no README.md.',
  ]);
});

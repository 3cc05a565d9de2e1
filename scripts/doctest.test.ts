// The programs of the documentation do what they say.

import { join } from 'node:path';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import * as twilljs from 'twilljs';
import { expect, it } from 'vitest';
import { readRepository, root } from './check/repository.ts';
import { docstringExamples } from './doctest/docstrings.ts';
import type { Fence } from './doctest/fences.ts';
import { runCommands } from './doctest/shell.ts';
import { typeErrors } from './doctest/types.ts';
import { documents, fencesOf, runFence } from './doctest.ts';

const fences = documents().flatMap((file) => fencesOf(file));
const runnable = fences.filter(({ norun }) => norun === null);
const ofAdapters = fences.filter(({ norun }) => norun === 'it needs an adapter');
const [adapter] = await webgpuDevices();
adapter?.[1][Symbol.dispose]();

const examples = readRepository(root).packages.flatMap(({ directory, files }) =>
  files
    .filter(({ kind }) => kind === 'source')
    .flatMap(({ path }) => docstringExamples(root, join(directory, path), Object.keys(twilljs))),
);

it('finds programs', () => {
  expect(runnable).not.toEqual([]);
  expect(ofAdapters).not.toEqual([]);
  expect(examples).not.toEqual([]);
});

it('has no type errors', () => {
  expect(typeErrors(root, [...runnable, ...ofAdapters])).toEqual([]);
});

const named = (fences: readonly Fence[]) => fences.map((fence) => ({ fence, at: `${fence.file}:${fence.line}` }));

it.each(named([...runnable, ...examples]))('runs $at', async ({ fence }) => {
  expect(await runFence(fence)).toBeNull();
});

it.skipIf(!adapter).each(named(ofAdapters))('runs $at on an adapter (skipped: none here)', async ({ fence }) => {
  expect(await runFence(fence)).toBeNull();
});

const pages = documents()
  .filter((file) => file.includes('/docs/guide/'))
  .map((file) => fencesOf(file, 'sh').filter((fence) => fence.norun === null))
  .filter((fences) => fences.length > 0);

it.each(pages.map((fences) => ({ fences, page: fences[0].file })))(
  'follows the commands of $page',
  ({ fences }) => {
    expect(runCommands(fences)).toBeNull();
  },
  300_000,
); // several trainings

// What holds of the live pages without a browser: how large their workers are, what these stand on, and the study's table.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readImports } from '../../scripts/check/syntax.ts';
import { studyRows } from './study.data.ts';

const here = import.meta.dirname;
const read = (file: string) => readFileSync(join(here, file), 'utf8');
const workers = readdirSync(here).filter((file) => file.endsWith('.worker.ts'));

it.each(workers)('%s has less than 60 lines, stands on published packages, and is shown on its page', (file) => {
  expect(read(file).trimEnd().split('\n').length).toBeLessThan(60);
  for (const { from } of readImports(file, read(file))) expect(from).toMatch(/^(@twilljs\/|twilljs$|\.\/parts\/)/);
  expect(read(file.replace('.worker.ts', '.md'))).toContain(`<<< ./${file}`);
});

it('the table of the README gives every mixer of the study', () => {
  const rows = studyRows(readFileSync(join(here, '../../README.md'), 'utf8'));
  expect(rows).toHaveLength(7);
  for (const { recall, bits } of rows) {
    expect(recall.pure).toHaveLength(3);
    expect(bits.pure).toBeGreaterThan(0);
  }
  expect(rows.at(-1)).toMatchObject({ mixer: 'Transformer', bits: { 4: null, 2: null }, recall: { 2: [] } });
});

it('a table that is not there, or holds what is no number, is named', () => {
  expect(() => studyRows('# Twill\n')).toThrow('README.md has no table of the study');
  expect(() => studyRows(readFileSync(join(here, '../../README.md'), 'utf8').replace('| 2.605 |', '| few |'))).toThrow(
    '"few"',
  );
});

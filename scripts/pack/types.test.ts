// The check of declarations can fail, in each of its compilers and resolutions.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type Setting, settings, typeProblems } from './types.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-types-'));
afterAll(() => rmSync(home, { recursive: true }));

function install(name: string, declarations: string): void {
  const folder = join(home, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  const exports = { '.': { types: './index.d.ts', default: './index.js' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', type: 'module', exports }));
  writeFileSync(join(folder, 'index.d.ts'), declarations);
}

install('sound', 'export declare const sizes: ReadonlyMap<string, number>;\n');
install('newer', 'export interface Held { [Symbol.dispose](): void }\n');
install('extensionless', "export * from './parts';\n");
writeFileSync(join(home, 'node_modules/extensionless/parts.d.ts'), 'export declare const part: 1;\n');
install('of-node', "export declare const hidden: import('node:fs').Stats;\n");

const among = (wanted: Partial<Setting>): Setting =>
  settings.find((setting) =>
    Object.entries(wanted).every(([key, value]) => `${setting[key as keyof Setting]}` === value),
  ) as Setting;

it.each([
  ['typescript', 'node16'],
  ['typescript-7', 'bundler'],
])('%s with %s finds a library that es2022 lacks', async (compiler, moduleResolution) => {
  const setting = among({ compiler, moduleResolution });
  expect(await typeProblems(home, ['sound'], setting)).toEqual([]);
  expect((await typeProblems(home, ['sound', 'newer'], setting)).join('\n')).toContain(
    `types (${compiler} ${moduleResolution} es2022): node_modules/newer/index.d.ts(1,33): error TS2550`,
  );
});

it('finds what one resolution alone refuses', async () => {
  const problems = (moduleResolution: string) =>
    typeProblems(home, ['extensionless'], among({ compiler: 'typescript-7', moduleResolution }));
  expect(await problems('bundler')).toEqual([]);
  expect((await problems('node16')).join('\n')).toContain('node_modules/extensionless/index.d.ts(1,15): error TS2834');
});

it('finds a package that is not there, and modules of Node where it has no types', async () => {
  const setting = among({ compiler: 'typescript-7' });
  expect((await typeProblems(home, ['absent'], setting)).join('\n')).toContain("Cannot find module 'absent'");
  expect((await typeProblems(home, ['of-node'], setting)).join('\n')).toContain("'node:fs'");
  expect(await typeProblems(home, ['of-node'], { ...setting, types: ['node'] })).toEqual([]);
});

// Imports and exports as read from the text.
import { expect, it } from 'vitest';
import { readExports, readImports } from './syntax.ts';

it('finds every kind of import and tells types from values', () => {
  const text = `
    import a from 'a';
    import type { B } from 'b';
    import { type C, type D } from 'c';
    import { type E, e } from 'e';
    import 'f';
    export { g } from 'g';
    export type { H } from 'h';
    export * from 'i';
    const j = await import('j');
    type K = import('k').K;
    const no = "import l from 'l'";
  `;
  const found = readImports('x.ts', text);
  expect(found.map(({ from, typeOnly }) => from + (typeOnly ? ' type' : ''))).toEqual([
    'a',
    'b type',
    'c type',
    'e',
    'f',
    'g',
    'h type',
    'i',
    'j',
    'k type',
  ]);
});

it('lists exported names, through `export *` of a relative module', () => {
  const text = `
    export { a, b as c, type D } from './a.ts';
    export const e = 1, f = 2;
    export function g() {}
    export class H {}
    export interface I {}
    export * as j from 'j';
    export * from './k.ts';
    const hidden = 1;
  `;
  const read = (from: string): string => (from === './k.ts' ? 'export const k = 1;' : '');
  expect(readExports('x.ts', text, read)).toEqual(['D', 'H', 'I', 'a', 'c', 'e', 'f', 'g', 'j', 'k']);
});

// The text of a public API: what it holds, and that a change of it is seen.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { Declarations, difference } from './api.ts';

function apiOf(files: Readonly<Record<string, string>>, entry: string): string {
  const home = mkdtempSync(join(tmpdir(), 'twill-api-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      const file = join(home, 'node_modules', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return new Declarations(home, [entry]).of(entry);
  } finally {
    rmSync(home, { recursive: true });
  }
}

const manifest = '{ "exports": { ".": { "types": "./index.d.ts" } } }';
const files = {
  '@twilljs/a/package.json': manifest,
  '@twilljs/a/index.d.ts': `
    /** Said of it. */
    declare const fields: { readonly heads: { readonly default: 2 } };
    export { Layer, type Shape } from './chunk';
    export declare const b: number, of: typeof fields;
    export { far } from '@twilljs/b';`,
  '@twilljs/a/chunk.d.ts': `
    export type Shape = readonly number[];
    /** One of them. */
    export declare class Layer { private readonly inner; forward(x: Width): Layer; }
    type Width = number;`,
  '@twilljs/b/package.json': manifest,
  '@twilljs/b/index.d.ts': 'export declare function far(): void;',
};

it('has every exported name, what these name, and the package of what is from elsewhere', () => {
  const text = apiOf(files, '@twilljs/a');
  expect(text).toBe(`# @twilljs/a

Layer: class Layer {
    forward(x: Width): Layer;
}
Shape: type Shape = readonly number[];
b: const b: number
far: from @twilljs/b
of: const of: typeof fields

## inside

Width: type Width = number;
fields: const fields: {
    readonly heads: {
        readonly default: 2;
    };
}
`);
});

it('sees what is added, taken away and reordered', () => {
  expect(difference('a\nb\n', 'a\nb\n')).toEqual([]);
  expect(difference('a\nb\n', 'a\nc\n')).toEqual(['- b', '+ c']);
  expect(difference('a\nb\n', 'b\na\n')).toEqual(['the same lines in another order']);
  expect(difference('', Array.from({ length: 30 }, (_, i) => i).join('\n'))).toHaveLength(21);
});

// The examples of docstrings: those that promise a value are programs, of names that `twilljs` has.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Fence } from './fences.ts';

/**
 * Every `@example` of a source file that has a `// =>`, with what it uses imported.
 *
 * @param names what `twilljs` exports.
 */
export function docstringExamples(root: string, file: string, names: readonly string[]): Fence[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^ *\* @example\n((?: *\* .*\n)*)/gm)].flatMap(({ index, 1: block }) => {
    const code = block.replaceAll(/^ *\* /gm, '');
    if (!code.includes('// =>')) return [];
    const used = names.filter((name) => new RegExp(`(?<![.\\w])${name}\\(|: ${name}\\b`).test(code));
    const line = text.slice(0, index).split('\n').length; // of the import, in the place of the tag
    return {
      file: relative(root, file),
      line,
      code: `import { ${used.join(', ')} } from 'twilljs';\n${code}`,
      norun: null,
    };
  });
}

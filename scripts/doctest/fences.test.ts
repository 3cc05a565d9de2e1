// Reading, checking and running of fences, and that each can fail.
import { expect, it } from 'vitest';
import { root } from '../check/repository.ts';
import { runFence } from '../doctest.ts';
import { programOf, readFences } from './fences.ts';
import { same } from './same.ts';
import { typeErrors } from './types.ts';

const page = (code: string, mark = ''): string => `# Title\n\n\`\`\`ts${mark}\n${code}\n\`\`\`\n`;
const run = (code: string) => runFence(readFences('page.md', page(code))[0]);

it('finds the fences and their lines', () => {
  const text = `${page('a')}\n\`\`\`sh\nb\n\`\`\`\n\n${page('c', ' norun needs a GPU')}`;
  expect(readFences('page.md', text)).toEqual([
    { file: 'page.md', line: 3, code: 'a\n', norun: null },
    { file: 'page.md', line: 13, code: 'c\n', norun: 'needs a GPU' },
  ]);
});

it('asks for the reason of a norun', () => {
  expect(() => readFences('page.md', page('a', ' norun'))).toThrow('page.md:3: norun needs a reason');
});

it('refuses a promise that it cannot check', () => {
  const [fence] = readFences('page.md', page('if (true) {} // => 1'));
  expect(() => programOf(fence, './same.ts')).toThrow('1 lines promise a value, 0 follow');
});

it('runs a program with types and checks its promises', async () => {
  expect(await run('const a: number = 1 + 1; // => 2\na + 1 // => 3\nconsole.log(a, 5); // => 2 5\n')).toBeNull();
  expect(await run('[0.123456, 2] // => [0.1235, 2]\nnew Float32Array([1, 2]) // => [1, 2]')).toBeNull();
});

it('imports the packages of the workspace from source', async () => {
  const code =
    "import { zeros } from '@twilljs/tensor';\nimport { existsSync } from 'node:fs';\nzeros([2, 3]).shape // => [2, 3]";
  expect(await run(`${code}\nexistsSync('package.json') // => false`)).toBeNull();
});

it('names the line of a promise that does not hold', async () => {
  expect(await run('const a = 1;\na // => 2')).toContain('page.md:5: the text says 2, the program says 1.');
  expect(await run("throw new Error('broken');")).toContain('broken');
});

it('names the line of a type error', () => {
  const check = (code: string): string[] => typeErrors(root, readFences('page.md', page(code)));
  expect(check("import { zeros } from '@twilljs/tensor';\nawait zeros([2, 3]).data();")).toEqual([]);
  expect(check("import { zeros } from '@twilljs/tensor';\nzeros('2').nothing;")).toEqual([
    "page.md:5: Argument of type 'string' is not assignable to parameter of type 'Shape'.",
    "page.md:5: Property 'nothing' does not exist on type 'Tensor'.",
  ]);
});

it('compares to the decimals shown and no further', () => {
  expect(() => same(5.54518, '5.5452', 'x')).not.toThrow();
  expect(() => same(5.5453, '5.5452', 'x')).toThrow('x: the text says 5.5452, the program says 5.5453.');
  expect(() => same(5.3, '5', 'x')).toThrow();
  expect(() => same('0.30', '0.30', 'x')).not.toThrow();
  expect(() => same(1.234e-7, '1.23e-7', 'x')).not.toThrow();
  expect(() => same(1.3e-7, '1.23e-7', 'x')).toThrow();
  expect(() => same({ a: [1, { b: 'c' }] }, "{ a: [1, { b: 'c' }] }", 'x')).not.toThrow();
  expect(() => same([1, 2], '[1, 2, 3]', 'x')).toThrow();
  expect(() => same([1], '{ 0: 1 }', 'x')).toThrow();
});

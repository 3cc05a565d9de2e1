// What becomes of typedoc's Markdown.
import { expect, it } from 'vitest';
import { pageOf } from './pages.ts';

const pack = (folder: string, name: string) => ({ folder, name, description: '', entries: [] });
const packages = [pack('nn', '@twilljs/nn'), pack('twilljs', 'twilljs')];

it('gives headings the addresses that links ask for, and makes small print of the rest', () => {
  const written = [
    ...['## Classes', '', '<a id="linear-1"></a>', '', '### Linear', '', '#### Parameters', ''],
    ...['[`Tensor`](../../tensor/src.md#tensor) of [`x`](#linear-1)', '', '###### Inherited from', '', 'Base.x', ''],
  ].join('\n');
  const { path, text } = pageOf('nn/src/wasm.md', written, packages);
  expect(path).toBe('nn/wasm');
  expect(text).toContain('# @twilljs/nn/wasm\n');
  expect(text).toContain('### Linear {#linear-1}\n\n**Parameters**\n');
  expect(text).toContain('[`Tensor`](/api/tensor/reference#tensor) of [`x`](#linear-1)');
  expect(text).not.toContain('Inherited from');
});

it('lists what is handed on in a line', () => {
  const one = (name: string) => `<a id="${name}"></a>\n\n### ${name}\n\nRe-exports [${name}](../nn/src.md#${name})\n`;
  const { path, text } = pageOf('twilljs/src.md', `## References\n\n${one('a')}\n***\n\n${one('b')}`, packages);
  expect(path).toBe('twilljs/reference');
  expect(text).toContain('## From other packages\n\n[a](/api/nn/reference#a) · [b](/api/nn/reference#b)\n');
});

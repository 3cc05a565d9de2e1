// What stands in the place of weights is called by its name, in a file, in bytes and among shards.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FileError } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { load } from './directory.ts';
import { openSafetensors } from './open.ts';
import { parseSafetensors, serializeSafetensors } from './safetensors.ts';
import { diskSource } from './sources/disk.ts';
import { store } from './stored.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'twill-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const pointer =
  'version https://git-lfs.github.com/spec/v1\noid sha256:7b2c1f0a7b2c1f0a7b2c1f0a7b2c1f0a7b2c1f0a7b2c1f0a7b2c1f0a7b2c1f0a\nsize 2471645608\n';
const bytes = (text: string) => Buffer.from(text, 'latin1');
/** As long as weights are: no rule may rest on the size. */
const long = (text: string) => Buffer.concat([bytes(text), Buffer.alloc(2 ** 20, 1)]);

const cases: readonly (readonly [name: string, content: Uint8Array, said: RegExp])[] = [
  [
    'LFS pointer',
    bytes(pointer),
    /is a Git LFS pointer of 135 bytes, not the weights; run git lfs pull, or download the file\.$/,
  ],
  [
    'web page',
    bytes('<!DOCTYPE html>\n<html lang="en">...'),
    /is a web page \(HTML\) of 35 bytes, not the weights; fetch the file itself/,
  ],
  ['web page after a mark', bytes('\xef\xbb\xbf\n  <HTML><head>'), /is a web page \(HTML\)/],
  ['XML', bytes('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'), /is an XML text of 61 bytes/],
  [
    'JSON error',
    bytes('{"error":"Repository not found"}'),
    /is a JSON text of 32 bytes, not the weights, and begins ".*Repository not found.*"; fetch/,
  ],
  ['short text', bytes('404\n'), /is a text of 4 bytes, not the weights, and begins "404"/],
  ['plain text', bytes('Access to model x/y is restricted.'), /begins "Access to model x\/y is restricted\."/],
  ['PyTorch zip', long('PK\x03\x04\x00\x00\x08\x08\x00\x00'), /is a zip archive \(as of PyTorch\) of 1048586 bytes/],
  [
    'pickle',
    long('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.'),
    /is a pickle of Python \(as of PyTorch\) of .*; convert its weights/,
  ],
  ['pickle 4', long('\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00'), /is a pickle of Python/],
  ['gzip', gzipSync(Buffer.alloc(4096, 1)), /is compressed of .* bytes, not the weights; unpack it/],
  ['gzip, long', long('\x1f\x8b\x08\x00\x00\x00\x00\x00'), /is compressed/],
  ['zstd', long('\x28\xb5\x2f\xfd\x00'), /is compressed/],
  ['GGUF', long('GGUF\x03\x00\x00\x00\x10\x00\x00\x00'), /is a GGUF file of/],
  ['HDF5', long('\x89HDF\r\n\x1a\n'), /is an HDF5 file of/],
];

describe.each(cases)('%s', (_, content, said) => {
  it('in the place of weights', async () => {
    const path = join(dir, 'model.safetensors');
    writeFileSync(path, content);
    writeFileSync(join(dir, 'config.json'), '{"model_type": "gla"}');
    expect(() => parseSafetensors(content, 'model.safetensors')).toThrow(said);
    await expect(openSafetensors(diskSource(path))).rejects.toThrow(FileError);
    await expect(load(dir, { mixers })).rejects.toThrow(said);
  });

  it('in the place of a shard', async () => {
    const [one, two] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    writeFileSync(join(dir, 'config.json'), '{"model_type": "gla"}');
    writeFileSync(join(dir, one), serializeSafetensors([['a', store('F32', [1], [1])]]));
    writeFileSync(join(dir, two), content);
    writeFileSync(join(dir, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { a: one, b: two } }));
    await expect(load(dir, { mixers })).rejects.toThrow(`${join(dir, two)}: is `);
  });
});

it('weights whose header is as long as a text looks are weights', () => {
  // A header of 123 bytes begins with the code of '{'.
  const name = 'x'.repeat(120 - '{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.length);
  const file = serializeSafetensors([[name, store('F32', [1], [2])]]);
  expect(file[0]).toBe(120);
  expect([...parseSafetensors(file).tensors.keys()]).toEqual([name]);
});

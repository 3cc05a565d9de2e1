// Model directories on disk: one file or shards, and every way in which they can be incomplete.
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileError } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serializeConfig } from './config.ts';
import { load, readModelDirectory } from './directory.ts';
import { parseJsonObject } from './json.ts';
import { modelFromFiles } from './model.ts';
import { openSafetensors } from './open.ts';
import { parseSafetensors, serializeSafetensors } from './safetensors.ts';
import { save, writeModelDirectory } from './save.ts';
import { diskSource } from './sources/disk.ts';
import { inMemory, store, type TensorSource } from './stored.ts';

const models = new URL('../../../golden/models/', import.meta.url).pathname;
const config = { model_type: 'transformer', hidden_size: 4 };
const a = store('F32', [2], [1, 2]);
const b = store('BF16', [1, 2], [3, 4]);

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'twill-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function failure(path = dir): Promise<string> {
  try {
    const { tensors } = await readModelDirectory(path);
    for (const tensor of tensors.values()) await inMemory(tensor);
  } catch (error) {
    expect(error).toBeInstanceOf(FileError);
    return (error as Error).message.replaceAll(dir, 'DIR');
  }
  return 'accepted';
}

const allOf = (tensors: ReadonlyMap<string, TensorSource>) =>
  Promise.all([...tensors].map(async ([name, tensor]) => [name, await inMemory(tensor)]));

/** Two shards and their index. */
function writeShards(map: unknown): void {
  writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
  writeFileSync(join(dir, 'model-00001-of-00002.safetensors'), serializeSafetensors([['a', a]]));
  writeFileSync(join(dir, 'model-00002-of-00002.safetensors'), serializeSafetensors([['b', b]]));
  writeFileSync(
    join(dir, 'model.safetensors.index.json'),
    JSON.stringify({ metadata: { total_size: 12 }, weight_map: map }),
  );
}

const [first, second] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];

describe('model directories', () => {
  it.each(readdirSync(models))('golden %s: tensors on disk are those of the parsed file', async (name) => {
    const path = join(models, name, 'model.safetensors');
    const parsed = parseSafetensors(readFileSync(path));
    const opened = await openSafetensors(diskSource(path));
    expect(opened.metadata).toEqual(parsed.metadata);
    expect([...opened.tensors.keys()]).toEqual([...parsed.tensors.keys()]);
    for (const [key, tensor] of opened.tensors) {
      const { dtype, shape, bytes } = await inMemory(tensor);
      const same = parsed.tensors.get(key);
      expect({ dtype, shape }).toEqual({ dtype: same?.dtype, shape: same?.shape });
      expect(Buffer.compare(bytes, same?.bytes ?? Buffer.alloc(0))).toBe(0);
    }
  });

  it('are read as they were written', async () => {
    const path = join(dir, 'deep', 'er');
    await writeModelDirectory(path, {
      config,
      tensors: new Map([
        ['a', a],
        ['b', b],
      ]),
    });
    expect(readdirSync(path).sort()).toEqual(['config.json', 'model.safetensors']);
    const read = await readModelDirectory(path);
    expect(read.config).toEqual(config);
    expect(await allOf(read.tensors)).toEqual([
      ['a', a],
      ['b', b],
    ]);
    // A model may be written over itself, its tensors still on disk.
    await writeModelDirectory(path, { config, tensors: read.tensors });
    expect(await allOf((await readModelDirectory(path)).tensors)).toEqual([
      ['a', a],
      ['b', b],
    ]);
  });

  it.each(readdirSync(models))('golden %s: its config.json is written as it stands', (name) => {
    const text = readFileSync(join(models, name, 'config.json'), 'utf8');
    // Python writes small numbers as 1e-06 and whole ones as 1.0; the rest is the same to the byte.
    const ours = text.replace('1e-06', '0.000001').replaceAll('.0,', ',').replaceAll(/\.0$/gm, '');
    expect(serializeConfig(parseJsonObject(text, name))).toBe(ours);
  });

  it('are read from shards', async () => {
    writeShards({ a: first, b: second });
    expect(await allOf((await readModelDirectory(dir)).tensors)).toEqual([
      ['a', a],
      ['b', b],
    ]);
  });

  it('say what is missing or damaged', async () => {
    const said: Record<string, string> = { missing: await failure(join(dir, 'none')) };
    writeFileSync(join(dir, 'file'), '');
    said.file = await failure(join(dir, 'file'));
    rmSync(join(dir, 'file'));
    said.empty = await failure();
    writeFileSync(join(dir, 'notes.txt'), '');
    said['no config'] = await failure();
    writeFileSync(join(dir, 'config.json'), '{\n  "hidden_size": 4,\n}');
    said['broken config'] = await failure();
    writeFileSync(join(dir, 'config.json'), '[]');
    said['config is a list'] = await failure();
    writeFileSync(join(dir, 'config.json'), '{}');
    said['no weights'] = await failure();
    writeFileSync(join(dir, 'pytorch_model.bin'), '');
    said['pickled weights'] = await failure();
    writeFileSync(join(dir, 'model.safetensors'), serializeSafetensors([['a', a]]));
    truncateSync(join(dir, 'model.safetensors'), 70);
    said['truncated weights'] = await failure();
    rmSync(join(dir, 'model.safetensors'));
    mkdirSync(join(dir, 'model.safetensors'));
    said['weights are a directory'] = await failure();
    expect(said).toMatchInlineSnapshot(`
      {
        "broken config": "DIR/config.json: not valid JSON, expected a key in double quotes but found "}" at line 3, column 1; correct it there.",
        "config is a list": "DIR/config.json: holds a list where a JSON object { ... } is needed; give an object.",
        "empty": "DIR: has no config.json, it is empty; name a model directory.",
        "file": "DIR/file: is a file where a directory is needed; choose another path.",
        "missing": "DIR/none: does not exist; check the path.",
        "no config": "DIR: has no config.json, only notes.txt; name a model directory.",
        "no weights": "DIR: has no model.safetensors and no model.safetensors.index.json, only config.json, notes.txt; name a directory with weights.",
        "pickled weights": "DIR: its weights are in pytorch_model.bin, which is not read; convert them to model.safetensors.",
        "truncated weights": "DIR/model.safetensors: tensor "a" ends at byte 8 of the data but the file holds 6; it is truncated, fetch or write it again.",
        "weights are a directory": "DIR/model.safetensors: is a directory where a file is needed; name a file.",
      }
    `);
  });

  it('say where index and shards disagree', async () => {
    const said: Record<string, string> = {};
    writeShards({ a: first, b: 'other.safetensors' });
    said['missing shard'] = await failure();
    writeShards({ a: first, b: `../${second}` });
    said['shard elsewhere'] = await failure();
    writeShards({ a: first, b: 3 });
    said['no name'] = await failure();
    writeShards({ a: first, b: second, c: second });
    said['missing tensor'] = await failure();
    writeShards({ a: first });
    said['shard not named'] = await failure();
    writeShards({ a: second, b: second });
    copyFileSync(join(dir, first), join(dir, second));
    said['missing in its shard'] = await failure();
    writeShards({ a: first, b: first });
    said['wrong shard'] = await failure();
    writeShards({ a: first, b: second });
    writeFileSync(
      join(dir, first),
      serializeSafetensors([
        ['a', a],
        ['c', b],
      ]),
    );
    said['tensor not named'] = await failure();
    writeShards([]);
    said['no map'] = await failure();
    expect(said).toMatchInlineSnapshot(`
      {
        "missing in its shard": "DIR/model.safetensors.index.json: places b in model-00002-of-00002.safetensors, which does not hold it; fetch the shard again or write the index again.",
        "missing shard": "DIR/model.safetensors.index.json: names the shard "other.safetensors", which is not in the directory; fetch it or write the index again.",
        "missing tensor": "DIR/model.safetensors.index.json: places c in model-00002-of-00002.safetensors, which does not hold it; fetch the shard again or write the index again.",
        "no map": "DIR/model.safetensors.index.json: weight_map is a list where an object of file names is needed; write it again.",
        "no name": "DIR/model.safetensors.index.json: names the shard 3, which is not in the directory; fetch it or write the index again.",
        "shard elsewhere": "DIR/model.safetensors.index.json: names the shard "../model-00002-of-00002.safetensors", which is not in the directory; fetch it or write the index again.",
        "shard not named": "accepted",
        "tensor not named": "DIR/model-00001-of-00002.safetensors: holds c but model.safetensors.index.json does not name it; write the index again.",
        "wrong shard": "DIR/model.safetensors.index.json: places b in model-00001-of-00002.safetensors, which does not hold it; fetch the shard again or write the index again.",
      }
    `);
  });

  it('notice a file that is cut after it was opened', async () => {
    await writeModelDirectory(dir, { config, tensors: new Map([['a', a]]) });
    const tensor = (await readModelDirectory(dir)).tensors.get('a');
    truncateSync(join(dir, 'model.safetensors'), 70);
    await expect(inMemory(tensor!)).rejects.toThrow('was changed while being read; load it again');
  });
});

it('whatever is wrong, loading and saving reject: nothing is thrown where a promise is due', async () => {
  const nowhere = join(dir, 'none');
  for (const promise of [
    load(nowhere, { mixers }),
    load(nowhere, undefined as never),
    load(undefined as never, { mixers }),
    modelFromFiles(undefined as never, { mixers }),
    modelFromFiles({ config, tensors: new Map() }, null as never),
    save(nowhere, undefined as never),
  ]) {
    await expect(promise).rejects.toThrow();
  }
  await expect(load(nowhere, { mixers })).rejects.toThrow(`${nowhere}: does not exist; check the path.`);
});

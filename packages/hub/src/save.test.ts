// Directories as Hugging Face writes them: one file or shards, the same bytes each time, and never less than a whole model.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hybrid } from '@twilljs/hybrid';
import { initializer, params } from '@twilljs/nn';
import { cpu } from '@twilljs/tensor';
import { device, mixers } from 'twilljs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { load, readModelDirectory } from './directory.ts';
import { parseSafetensors } from './safetensors.ts';
import { save, writeModelDirectory } from './save.ts';
import { bytesIn, store, type TensorSource } from './stored.ts';

const models = new URL('../../../golden/models/', import.meta.url).pathname;

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'twill-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Every file of a directory, byte by byte. */
const contents = (path: string) =>
  Object.fromEntries(readdirSync(path).map((name) => [name, readFileSync(join(path, name)).toString('latin1')]));

describe.each(readdirSync(models))('golden %s, loaded and saved and loaded and saved', (name) => {
  it.each([undefined, 20_000])('is the same to the byte, in shards of %s', async (maxShardBytes) => {
    const how = maxShardBytes === undefined ? {} : { maxShardBytes };
    for (const [from, to] of [
      [join(models, name), join(dir, 'a')],
      [join(dir, 'a'), join(dir, 'b')],
    ]) {
      const { model, files, notes } = await load(from, { mixers, device: cpu() });
      expect(notes).toEqual([]);
      await save(to, model, { files, ...how });
      model[Symbol.dispose]();
    }
    const first = contents(join(dir, 'a'));
    expect(Object.keys(first).some((file) => file.startsWith('model-00002-of-'))).toBe(maxShardBytes !== undefined);
    expect(contents(join(dir, 'b'))).toEqual(first);
  });
});

const a = store('F32', [2], [1, 2]);
const b = store('BF16', [1, 6], [1, 2, 3, 4, 5, 6]);
const c = store('F32', [10], new Float32Array(10));
const tensors = new Map([
  ['a', a],
  ['b', b],
  ['c', c],
  ['d', a],
]);
const config = { model_type: 'gla' };
const write = (maxShardBytes?: number, more: ReadonlyMap<string, TensorSource> = tensors) =>
  writeModelDirectory(dir, { config, tensors: more }, maxShardBytes === undefined ? {} : { maxShardBytes });

describe('shards', () => {
  it('are as full as they may be, have one name in four, and an index', async () => {
    await write(20);
    // As huggingface_hub 2.4 splits the same: a tensor above the limit closes no shard.
    expect(readdirSync(dir)).toEqual([
      'config.json',
      'model-00001-of-00003.safetensors',
      'model-00002-of-00003.safetensors',
      'model-00003-of-00003.safetensors',
      'model.safetensors.index.json',
    ]);
    expect(readFileSync(join(dir, 'model.safetensors.index.json'), 'utf8')).toMatchInlineSnapshot(`
      "{
        "metadata": {
          "total_size": 68
        },
        "weight_map": {
          "a": "model-00002-of-00003.safetensors",
          "b": "model-00002-of-00003.safetensors",
          "c": "model-00001-of-00003.safetensors",
          "d": "model-00003-of-00003.safetensors"
        }
      }
      "
    `);
    for (const name of readdirSync(dir).filter((name) => name.endsWith('.safetensors'))) {
      const bytes = readFileSync(join(dir, name));
      expect(parseSafetensors(bytes).metadata).toEqual({ format: 'pt' });
      expect(Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)) % 8).toBe(0);
    }
    const { tensors: read } = await readModelDirectory(dir);
    expect([...read.keys()].sort()).toEqual([...tensors.keys()]);
  });

  it('take the place of one file, and one file that of shards: what is stale goes last', async () => {
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    writeFileSync(join(dir, 'tokenizer.json'), '{}');
    writeFileSync(join(dir, `.model-00007-of-00009.safetensors.${2 ** 22 + 1}.tmp`), 'of a process that was killed');
    const others = ['notes.txt', 'tokenizer.json'];
    await write();
    expect(readdirSync(dir)).toEqual(['config.json', 'model.safetensors', ...others]);
    await write(20);
    expect(readdirSync(dir).filter((name) => /^model-/.test(name))).toHaveLength(3);
    expect(readdirSync(dir)).not.toContain('model.safetensors');
    await write(30);
    expect(readdirSync(dir).filter((name) => /^model-/.test(name))).toEqual([
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
    ]);
    await write();
    expect(readdirSync(dir)).toEqual(['config.json', 'model.safetensors', ...others]);
  });

  it('may be written over themselves while their tensors lie in them', async () => {
    await write(20);
    const { tensors: open } = await readModelDirectory(dir);
    await writeModelDirectory(dir, { config, tensors: new Map([...open].reverse()) }, { maxShardBytes: 30 });
    const { tensors: read } = await readModelDirectory(dir);
    expect([...read.keys()]).toEqual(['d', 'b', 'a', 'c']);
  });

  it('of two models that have the same names never look like one', async () => {
    await write(20);
    const second = join(dir, 'model-00002-of-00003.safetensors');
    rmSync(second);
    mkdirSync(join(second, 'in the way'), { recursive: true }); // the first has moved when the second cannot
    await expect(write(20)).rejects.toThrow('model-00002-of-00003.safetensors');
    await expect(readModelDirectory(dir)).rejects.toThrow(
      'has no model.safetensors and no model.safetensors.index.json',
    );
  });

  it('that cannot be written leave the old ones, and nothing else', async () => {
    await write(20);
    const before = contents(dir);
    const lost: TensorSource = { dtype: 'F32', shape: [4], copy: () => Promise.reject(new Error('lost')) };
    const broken = new Map<string, TensorSource>([...tensors, ['e', lost]]);
    await expect(write(20, broken)).rejects.toThrow('lost');
    expect(contents(dir)).toEqual(before);
    await expect(write(20, new Map([...tensors, ['__metadata__', a]]))).rejects.toThrow('is taken');
    await expect(write(0)).rejects.toThrow('maxShardBytes is 0; give a whole number of at least 1.');
    await expect(write(20, new Map([['a', { ...a, bytes: a.bytes.subarray(4) }]]))).rejects.toThrow('but has 4');
    expect(contents(dir)).toEqual(before);
    symlinkSync(dir, join(dir, 'itself'));
    await expect(writeModelDirectory(join(dir, 'config.json'), { config, tensors })).rejects.toThrow(
      'config.json: is a file where a directory is needed; choose another path.',
    );
    mkdirSync(join(dir, 'taken', 'model.safetensors'), { recursive: true });
    await expect(writeModelDirectory(join(dir, 'taken'), { config, tensors })).rejects.toThrow(
      'model.safetensors: is a directory where a file is needed; name a file.',
    );
    expect(readdirSync(join(dir, 'taken'))).toEqual(['model.safetensors']);
  });
});

describe('what lies beside the weights', () => {
  const small = { model_type: 'gla', hidden_size: 16, num_hidden_layers: 1, num_heads: 2, vocab_size: 32 };

  it('goes along, as it was', async () => {
    const model = hybrid(small, { mixers, init: initializer(1) });
    await save(join(dir, 'a'), model);
    for (const name of ['tokenizer_config.json', 'special_tokens_map.json', 'generation_config.json', 'README.md'])
      writeFileSync(join(dir, 'a', name), `{"is": "${name}"}`);
    const { model: loaded, files, tokenizer } = await load(join(dir, 'a'), { mixers, device: cpu() });
    expect(tokenizer).toBeNull();
    await save(join(dir, 'b'), loaded, { files });
    const { 'README.md': _, ...expected } = contents(join(dir, 'a'));
    expect(contents(join(dir, 'b'))).toEqual(expected);
  });

  it('has no name that leads elsewhere, or is the model itself', async () => {
    const model = hybrid(small, { mixers });
    for (const name of ['../x', 'a\\b', '..', '', 'config.json', 'model-00001-of-00001.safetensors']) {
      await expect(save(join(dir, 'a'), model, { files: new Map([[name, new Uint8Array()]]) })).rejects.toThrow(
        'is no name for a file beside the weights; choose another.',
      );
    }
    expect(readdirSync(dir)).toEqual([]);
  });

  it('may be a tokenizer, which knows its ids; one that is not read is noted', async () => {
    await save(dir, hybrid(small, { mixers }));
    writeFileSync(join(dir, 'tokenizer.model'), 'sentencepiece');
    const loaded = await load(dir, { mixers, device: cpu() });
    expect(loaded.tokenizer).toBeNull();
    expect(loaded.notes).toEqual([
      `${dir}: its tokenizer is in tokenizer.model, which is not read; let Python's transformers save it as tokenizer.json.`,
    ]);
    const vocab = Object.fromEntries([...'abcdefghijklmnopqrstuvwxyz0123456789'].map((letter, id) => [letter, id]));
    const json = { version: '1.0', model: { type: 'BPE', vocab, merges: [] }, added_tokens: [] };
    writeFileSync(join(dir, 'tokenizer.json'), JSON.stringify(json));
    const { tokenizer, notes } = await load(dir, { mixers, device: cpu() });
    expect([...tokenizer!.encode('cab')]).toEqual([2, 0, 1]);
    writeFileSync(join(dir, 'chat_template.jinja'), '{{ messages }}');
    expect((await load(dir, { mixers, device: cpu() })).tokenizer!.chatTemplates.get('default')).toBe('{{ messages }}');
    expect(notes).toEqual([`${dir}: its tokenizer has 36 ids, the model reads those below 32.`]);
    writeFileSync(join(dir, 'tokenizer.json'), '{');
    await expect(load(dir, { mixers, device: cpu() })).rejects.toThrow(`${dir}/tokenizer.json: `);
  });
});

it('weights leave any device in parts, one after the other', async () => {
  const on = await device({ name: 'wasm' });
  const large = { model_type: 'gla', hidden_size: 64, num_hidden_layers: 1, num_heads: 2, vocab_size: 20_000 };
  const model = await hybrid(large, { mixers, init: initializer(2) }).to(on);
  let most = 0;
  const read = on.read.bind(on);
  on.read = (buffer, dtype, length) => {
    most = Math.max(most, length * 4);
    return read(buffer, dtype, length);
  };
  await save(dir, model);
  on.read = read;
  expect(most).toBe(2 ** 22);
  const { tensors: saved } = parseSafetensors(readFileSync(join(dir, 'model.safetensors')));
  for (const [name, t] of params(model)) {
    const values = await t.data();
    const tensor = saved.get(name)!;
    expect(bytesIn(tensor)).toBe(values.byteLength);
    expect(Buffer.compare(tensor.bytes, Buffer.from(values.buffer, values.byteOffset, values.byteLength))).toBe(0);
  }
});

// Adapters in files: wherever they lie, what is refused, and how they are written.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  filesOfModel,
  type ModelPlace,
  parseSafetensors,
  type StoredTensor,
  serializeSafetensors,
  store,
} from '@twilljs/hub';
import { load, save } from '@twilljs/hub/node';
import { initializer, params } from '@twilljs/nn';
import { cpu } from '@twilljs/tensor';
import { hybrid, mixers } from 'twilljs';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hubHome } from '../../hub/src/remote/hub-home.test-data.ts';
import { addAdapter, filesOfAdapter, loadAdapter as loadHere } from './index.ts';
import { loadAdapter, saveAdapter } from './node.ts';

const golden = new URL('../../../golden/', import.meta.url).pathname;
const from = join(golden, 'adapters/hgrn2-patterns');
const { model } = await load(join(golden, 'models/hgrn2'), { mixers, device: cpu() });
const names = [...params(model).keys()];

const home = mkdtempSync(join(tmpdir(), 'twill-adapters-'));
afterAll(() => rmSync(home, { recursive: true }));
let path = '';
beforeEach(() => {
  path = mkdtempSync(join(home, 'x-'));
  for (const name of ['adapter_config.json', 'adapter_model.safetensors']) cpSync(join(from, name), join(path, name));
});

const read = (name: string) => Uint8Array.from(readFileSync(join(path, name)));
const configure = (change: (config: Record<string, unknown>) => void) => {
  const config = JSON.parse(new TextDecoder().decode(read('adapter_config.json')));
  change(config);
  writeFileSync(join(path, 'adapter_config.json'), JSON.stringify(config));
};
const restore = (change: (tensors: Map<string, StoredTensor>) => void) => {
  const tensors = new Map(parseSafetensors(read('adapter_model.safetensors'), 'x').tensors);
  change(tensors);
  writeFileSync(join(path, 'adapter_model.safetensors'), serializeSafetensors([...tensors], { format: 'pt' }));
};
const KEY = 'base_model.model.model.layers.0.attn.q_proj.lora_A.weight';

describe('an adapter comes from', () => {
  const server = createServer((request, response) => {
    const [, begin, end] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')!;
    const bytes = read(request.url!.split('/').at(-1)!);
    const part = bytes.subarray(Number(begin), Number(end) + 1);
    const last = Number(begin) + part.length - 1;
    response.writeHead(206, { 'content-range': `bytes ${begin}-${last}/${bytes.length}` }).end(part);
  });
  afterAll(() => server.close());
  const listening = new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const files = () => readdirSync(path).map((name) => new File([read(name)], name));
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/a`;

  it.each<[string, () => ModelPlace, typeof loadAdapter]>([
    ['a directory', () => path, loadAdapter],
    ['the address of a directory', () => pathToFileURL(path), loadAdapter],
    ['files of a page', files, loadHere],
    ['files, in Node', files, loadAdapter],
    ['an address', () => new URL(address()), loadHere],
    ['an address, in Node', address, loadAdapter],
  ])('%s', async (_, place, take) => {
    await listening;
    const { adapter, notes } = await take(model, place());
    expect(notes).toEqual([]);
    const written = await filesOfAdapter(adapter);
    expect([...written.keys()].sort()).toEqual(readdirSync(path));
    for (const [name, bytes] of written) if (name.endsWith('.json')) expect(bytes).toEqual(read(name));
    const [ours, theirs] = [written.get('adapter_model.safetensors')!, read('adapter_model.safetensors')].map(
      (bytes) => parseSafetensors(bytes, 'x').tensors,
    );
    expect([...ours]).toEqual([...theirs]);
    await adapter.remove();
  });
});

describe('of the Hub', () => {
  const at = hubHome();
  it('it is downloaded, and is there when the Hub is not', async () => {
    const files = Object.fromEntries(readdirSync(path).map((name) => [name, read(name)]));
    at.hub.commit('org/net', { ...files, 'README.md': '# mine' });
    const first = await loadAdapter(model, 'org/net');
    expect(first.notes).toEqual([]);
    await first.adapter.remove();
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    const again = await loadAdapter(model, 'org/net');
    expect(again.notes).toEqual([expect.stringMatching(/^org\/net: /)]);
    expect(again.adapter.parameters.size).toBe(24);
    await again.adapter.remove();
    vi.unstubAllEnvs();
  });
});

describe('refuses, and leaves the model as it was,', () => {
  const cases: [string, () => void, RegExp][] = [
    [
      'no configuration',
      () => rmSync(join(path, 'adapter_config.json')),
      /has no adapter_config\.json; name the folder/,
    ],
    [
      'no weights',
      () => rmSync(join(path, 'adapter_model.safetensors')),
      /has no adapter_model\.safetensors; fetch it/,
    ],
    [
      'pickled weights',
      () => {
        rmSync(join(path, 'adapter_model.safetensors'));
        writeFileSync(join(path, 'adapter_model.bin'), '');
      },
      /its weights are in adapter_model\.bin, which is not read; let PEFT save it again/,
    ],
    ['no JSON', () => writeFileSync(join(path, 'adapter_config.json'), '{'), /adapter_config\.json.*line 1/],
    [
      'another kind',
      () => configure((c) => Object.assign(c, { peft_type: 'LOHA' })),
      /peft_type is "LOHA", which is not/,
    ],
    [
      'states with a field of something else',
      () => writeFileSync(join(path, 'adapter_config.json'), '{"peft_type": "STATE", "r": 3}'),
      /there is no option r/,
    ],
    ['DoRA', () => configure((c) => Object.assign(c, { use_dora: true })), /adapter_config\.json: use_dora is true/],
    [
      'a later field',
      () => configure((c) => Object.assign(c, { use_next: 1 })),
      /use_next is 1, a field whose meaning is not/,
    ],
    [
      'another rank',
      () => configure((c) => Object.assign(c, { r: 3 })),
      /\d+ wrong \(model\.layers\.0\.attn\.q_proj\.lora_A\.weight is \[2,32\] for \[3,32\]/,
    ],
    [
      'a missing tensor',
      () => restore((t) => t.delete(KEY)),
      /1 missing \(model\.layers\.0\.attn\.q_proj\.lora_A\.weight\)/,
    ],
    [
      'one too many',
      () => restore((t) => t.set('base_model.model.lm_head.lora_A.weight', store('F32', [1], [0]))),
      /1 not named by the configuration, or not in this model \(base_model\.model\.lm_head/,
    ],
    [
      'one without the prefix',
      () => restore((t) => t.set(KEY.slice(17), t.get(KEY)!)),
      /1 not named .*model\.layers\.0\.attn\.q_proj/,
    ],
    [
      'whole numbers',
      () => restore((t) => t.set(KEY, store('I32', [2, 32], new Array(64).fill(0)))),
      /lora_A\.weight is I32 where floats/,
    ],
    [
      'damaged weights',
      () => writeFileSync(join(path, 'adapter_model.safetensors'), 'x'),
      /adapter_model\.safetensors/,
    ],
  ];
  it.each(cases)('%s', async (_, change, message) => {
    change();
    await expect(loadAdapter(model, path)).rejects.toThrow(message);
    expect([...params(model).keys()]).toEqual(names);
  });

  it('an adapter of another model', async () => {
    const other = join(golden, 'adapters/transformer-rslora');
    await expect(loadAdapter(model, other)).rejects.toThrow(
      /12 wrong .*give the model that the adapter was made for|does not fit adapter_config\.json and this model/,
    );
    await expect(loadAdapter(model, join(golden, 'adapters/gdn-hybrid-attention'))).rejects.toThrow(/missing|wrong/);
    await expect(loadAdapter(model, join(home, 'none'))).rejects.toThrow(/none: does not exist/);
    await expect(loadAdapter(model, 7 as never)).rejects.toThrow(/loadAdapter: 7 is no adapter that can be reached/);
    await expect(loadHere(model, path)).rejects.toThrow(/is no adapter that can be reached from here/);
  });

  it('an adapter where a model is asked for, and a model with an adapter where it is saved', async () => {
    await expect(load(path, { mixers })).rejects.toThrow(/load its model, and the adapter into that by loadAdapter/);
    const { adapter } = await loadAdapter(model, path);
    await expect(filesOfModel(model)).rejects.toThrow(
      /the model has an adapter \(model\.layers\.0\.attn\.q_proj\.lora_A/,
    );
    await expect(save(join(home, 'm'), model)).rejects.toThrow(/the model has an adapter/);
    expect(existsSync(join(home, 'm'))).toBe(false);
    await adapter.remove();
  });
});

it('notes what it does not do, and names that this model does not have', async () => {
  configure((c) =>
    Object.assign(c, { lora_dropout: 0.1, target_modules: ['q_proj', 'f_proj', 'i_proj', 'down_proj', 'out'] }),
  );
  const { adapter, notes } = await loadAdapter(model, path);
  expect(notes).toEqual([
    `${path}/adapter_config.json: lora_dropout is 0.1, which is not applied: Twill trains without dropout.`,
    expect.stringMatching(/target_modules names "out", which this model does not have/),
  ]);
  await adapter.remove();
});

it('is written over an older one as a whole, or not at all', async () => {
  const small = hybrid(
    { model_type: 'hgrn', hidden_size: 16, num_hidden_layers: 1, vocab_size: 8 },
    { mixers, init: initializer(0) },
  );
  const adapter = await addAdapter(small, { peft_type: 'LORA', r: 2, target_modules: ['i_proj'] });
  await saveAdapter(path, adapter);
  expect(readdirSync(path)).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  expect([...parseSafetensors(read('adapter_model.safetensors'), 'x').tensors.keys()]).toEqual([
    'base_model.model.model.layers.0.attn.i_proj.lora_A.weight',
    'base_model.model.model.layers.0.attn.i_proj.lora_B.weight',
  ]);
  expect(JSON.parse(new TextDecoder().decode(read('adapter_config.json')))).toMatchObject({
    peft_type: 'LORA',
    r: 2,
    bias: 'none',
  });
  const before = readdirSync(path).map(read);
  await adapter.remove();
  await expect(saveAdapter(path, adapter)).rejects.toThrow(/it was merged or removed before/);
  await expect(saveAdapter(join(path, 'adapter_config.json'), adapter)).rejects.toThrow();
  expect(readdirSync(path).map(read)).toEqual(before);
  await expect(saveAdapter(path, {} as never)).rejects.toThrow(/is no adapter; give what addAdapter/);
});

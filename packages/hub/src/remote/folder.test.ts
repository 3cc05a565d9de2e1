// Models of a Hub, read where they are: by ranges, with nothing kept; and from the cache where it has them.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openWeights, readConfig } from '../folder.ts';
import { serializeSafetensors } from '../safetensors.ts';
import { type StoredTensor, store } from '../stored.ts';
import { hubHome, noise } from './hub-home.test-data.ts';
import { openFolder } from './open.ts';

const at = hubHome();

/** So many tensors that the header is longer than one request. */
const many = Array.from({ length: 4000 }, (_, i): [string, StoredTensor] => [
  `model.layers.${i}.a-name-that-is-long-enough-to-fill-a-header.weight`,
  store('F32', [2], [i, i + 0.5]),
]);
const files = { 'config.json': '{"model_type":"gla"}', 'model.safetensors': serializeSafetensors(many) };

const inHub = async (id = 'org/net', options = {}) => openWeights((await openFolder(id, options)).folder);

it('of weights only the header is fetched, and what is asked for', async () => {
  at.hub.commit('org/net', { ...files, 'pytorch_model.bin': noise(500_000) });
  vi.stubEnv('HF_TOKEN', 'hf_secret');
  const { folder, commit, files: listed } = await openFolder('org/net');
  expect(listed).toHaveLength(3);
  expect(commit).toMatch(/^[0-9a-f]{40}$/);
  expect(await readConfig(folder)).toEqual({ model_type: 'gla' });
  const tensors = await openWeights(folder);
  expect(tensors.size).toBe(4000);
  const bytes = new Uint8Array(8);
  await tensors.get(many[3999][0])?.copy(0, bytes);
  expect([...new Float32Array(bytes.buffer)]).toEqual([3999, 3999.5]);
  const stores = at.hub.asked.filter((asked) => asked.at === 'store');
  expect(stores.map(({ headers }) => headers.range)).toEqual([
    'bytes=0-262143',
    expect.stringMatching(/^bytes=256-\d+$/),
    expect.stringMatching(/^bytes=\d+-\d+$/),
  ]);
  expect(stores.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  expect(readdirSync(at.cache)).toEqual([]);
});

it('a server that knows no ranges is read up to what is needed, and a break is mended', async () => {
  at.hub.commit('org/net', files);
  at.hub.fault = (asked) => (asked.at === 'store' ? { whole: true } : undefined);
  expect((await inHub()).size).toBe(4000);
  at.faulty((asked) => asked.at === 'store', { cut: 50_000 });
  expect((await inHub()).size).toBe(4000);
});

it('without the network it is what the cache has', async () => {
  at.hub.commit('org/net', files);
  expect(await at.refused(inHub('org/net', { offline: true }))).toMatch(
    /CACHE\/models--org--net does not know main; go online once/,
  );
  await at.resolveNet({ files: ['config.json'] });
  const { folder } = await openFolder('org/net', { offline: true });
  expect(await readConfig(folder)).toEqual({ model_type: 'gla' });
  expect(await at.refused(openWeights(folder))).toMatch(
    /and model.safetensors is not in CACHE\/models--org--net\/snapshots\/[0-9a-f]{40}; go online once/,
  );
  const { directory } = await at.resolveNet();
  at.hub.asked.length = 0;
  expect((await inHub('org/net', { offline: true })).size).toBe(4000);
  expect((await inHub(directory)).size).toBe(4000);
  expect(at.hub.asked).toEqual([]);
  expect((await openFolder(directory)).files.map(({ path }) => path)).toEqual(['config.json', 'model.safetensors']);
  expect(await at.refused(openFolder(join(directory, 'none')))).toMatch(/none: does not exist; check the path/);
});

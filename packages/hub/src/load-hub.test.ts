// Models by their name on the Hub: downloaded once, then from the cache; a directory of that name wins.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hybrid } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { cpu } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { expect, it, vi } from 'vitest';
import { load } from './directory.ts';
import { filesOfModel, type LoadProgress } from './model.ts';
import { hubHome } from './remote/hub-home.test-data.ts';
import { save } from './save.ts';

const at = hubHome();

const config = { model_type: 'gla', hidden_size: 16, num_hidden_layers: 1, num_heads: 2, vocab_size: 32 };
const how = { mixers, device: cpu() };

/** Puts a model there, with weights of a seed. */
async function commit(seed: number): Promise<string> {
  const path = join(at.home, 'saved');
  await save(path, hybrid(config, { mixers, init: initializer(seed) }));
  const files = {
    'chat_template.jinja': '{{ messages }}',
    'config.json': readFileSync(join(path, 'config.json'), 'utf8'),
  };
  return at.hub.commit('org/net', { ...files, 'model.safetensors': readFileSync(join(path, 'model.safetensors')) });
}

const embedding = async (where: string, options = {}) => {
  const { model, notes, files } = await load(where, { ...how, ...options });
  const { tensors } = await filesOfModel(model);
  const bytes = Buffer.from(tensors.get('model.embeddings.weight')!.bytes).toString('hex');
  return { bytes, notes, files: [...files.keys()] };
};

it('a model is downloaded, with progress, and is there when the Hub is not', async () => {
  await commit(1);
  const seen: LoadProgress[] = [];
  const first = await embedding('org/net', { onProgress: (progress: LoadProgress) => seen.push(progress) });
  expect(first).toMatchObject({ notes: [], files: ['chat_template.jinja'] });
  for (const step of ['download', 'weights']) {
    const { done, total } = seen.filter((progress) => progress.step === step).at(-1)!;
    expect(done).toBe(total);
    expect(total).toBeGreaterThan(10_000);
  }
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  const again = await embedding('org/net');
  expect(again.bytes).toBe(first.bytes);
  expect(again.notes).toEqual([expect.stringMatching(/^org\/net: /)]);
});

it('of a revision that is asked for', async () => {
  const old = await commit(1);
  const { bytes } = await embedding('org/net');
  await commit(2);
  expect((await embedding('org/net')).bytes).not.toBe(bytes);
  expect((await embedding('org/net', { revision: old })).bytes).toBe(bytes);
});

it('unless a directory has that name', async () => {
  const before = process.cwd();
  const here = join(at.home, 'here');
  mkdirSync(join(here, 'org', 'net'), { recursive: true });
  process.chdir(here);
  try {
    await commit(1);
    await expect(load('org/net', how)).rejects.toThrow(
      'org/net: has no config.json, it is empty; name a model directory.',
    );
    expect(at.hub.asked).toEqual([]);
  } finally {
    process.chdir(before);
    rmSync(here, { recursive: true });
  }
});

it('what is neither is told so', async () => {
  await expect(load('runs/bok', how)).rejects.toThrow(/^runs\/bok: is no directory here, and of the Hub: runs\/bok: /);
  await expect(load('no/such/path', how)).rejects.toThrow('no/such/path: does not exist; check the path.');
  await expect(load('org/net', { ...how, revision: '' })).rejects.toThrow('load: revision is ""');
});

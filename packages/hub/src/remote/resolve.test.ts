// Repositories from a Hub on this machine, as they come where nothing breaks, and what is refused.
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { hubHome, model, noise, weights, weightsName } from './hub-home.test-data.ts';
import { LocalHub } from './local-hub.test-data.ts';
import { listRepository, type ResolveOptions, resolveRepository } from './resolve.ts';

const at = hubHome();

describe('a whole download', () => {
  it('lays files out as Hugging Face does, links and all', async () => {
    const commit = at.hub.commit('org/net', { ...model, 'tokenizer.json': '{}' });
    const told: number[] = [];
    const found = await at.resolveNet({ onProgress: ({ done }) => told.push(done) });
    expect(found).toEqual({ directory: join(at.folder, 'snapshots', commit), commit, notes: [] });
    expect(readFileSync(join(found.directory, 'model.safetensors')).equals(weights)).toBe(true);
    expect(readFileSync(join(found.directory, 'config.json'), 'utf8')).toBe(model['config.json']);
    expect(readlinkSync(join(found.directory, 'model.safetensors'))).toBe(`../../blobs/${weightsName}`);
    expect(readFileSync(join(at.folder, 'refs/main'), 'utf8')).toBe(commit);
    expect(at.blobs).toHaveLength(3);
    const total = weights.length + 20 + 2;
    expect(told.at(-1)).toBe(total);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  it('asks for nothing again but which commit it is; of a commit, for nothing', async () => {
    const commit = at.hub.commit('org/net', model);
    await at.resolveNet();
    at.hub.asked.length = 0;
    await at.resolveNet();
    expect(at.hub.asked.map(({ path }) => path)).toEqual(['/api/models/org/net/revision/main']);
    await at.resolveNet({ revision: commit });
    expect(at.hub.asked).toHaveLength(1);
  });

  it('shares what two commits have in common', async () => {
    at.hub.commit('org/net', model);
    await at.resolveNet();
    at.hub.asked.length = 0;
    at.hub.commit('org/net', { ...model, 'config.json': '{"model_type":"hgrn"}' });
    const { directory } = await at.resolveNet();
    expect(at.hub.fetched.map(({ path }) => path.split('/').at(-1))).toEqual(['config.json']);
    expect(readdirSync(directory).sort()).toEqual(['config.json', 'model.safetensors']);
    expect(readdirSync(join(at.folder, 'snapshots'))).toHaveLength(2);
  });

  it('copies where no links can be made, and says so', async () => {
    vi.stubEnv('HF_HUB_DISABLE_SYMLINKS', '1');
    const commit = at.hub.commit('org/net', model);
    const { directory, notes } = await at.resolveNet();
    expect(lstatSync(join(directory, 'model.safetensors')).isFile()).toBe(true);
    expect(notes).toEqual([`${at.folder}: links cannot be made here, so 2 of its files lie there twice, as copies`]);
    expect(await at.resolveNet()).toEqual({ directory, commit, notes: [] });
  });

  it('takes of a model what Twill reads, of a dataset all, and else what is asked for', async () => {
    at.hub.commit('org/net', { ...model, 'pytorch_model.bin': noise(9), 'onnx/config.json': '{}', 'README.md': '#' });
    const { directory, notes } = await at.resolveNet();
    expect(readdirSync(directory).sort()).toEqual(['README.md', 'config.json', 'model.safetensors']);
    expect(notes).toEqual([
      'org/net: left out onnx/config.json, pytorch_model.bin, which Twill does not read; name them to have them',
    ]);
    expect(readdirSync((await at.resolveNet({ files: ['*.bin', 'onnx/'] })).directory).sort()).toEqual([
      ...['README.md', 'config.json', 'model.safetensors', 'onnx', 'pytorch_model.bin'],
    ]);
    expect(await at.refused(at.resolveNet({ files: ['*.gguf'] }))).toBe(
      'org/net: no file fits *.gguf, it holds README.md, config.json, model.safetensors, onnx/config.json and 1 more; choose among these.',
    );
    at.hub.commit(
      'org/texts',
      { 'data/train-0.parquet': noise(50), 'data/test-0.parquet': noise(60), 'README.md': '#' },
      'dataset',
    );
    const data = (options = {}) => resolveRepository('org/texts', { kind: 'dataset', ...options });
    const { directory: texts } = await data({ files: ['data/train-*'] });
    expect(readdirSync(join(texts, 'data'))).toEqual(['train-0.parquet']);
    expect(texts.startsWith(join(at.cache, 'datasets--org--texts/snapshots'))).toBe(true);
    expect(readlinkSync(join(texts, 'data/train-0.parquet'))).toMatch(/^\.\.\/\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/);
    expect(readdirSync((await data()).directory, { recursive: true })).toHaveLength(4);
  });

  it('reads the list of files page by page', async () => {
    at.hub.page = 7;
    at.hub.commit('org/net', Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`part-${i}.json`, `${i}`])));
    const { files } = await listRepository('org/net');
    expect(files).toHaveLength(40);
    expect(at.hub.asked.filter(({ path }) => path.includes('/tree/'))).toHaveLength(6);
    expect(readdirSync((await at.resolveNet()).directory)).toHaveLength(40);
  });

  it('follows a repository to its new name', async () => {
    at.hub.commit('org/old', model);
    at.hub.rename('org/old', 'org/new');
    const { notes, directory } = await resolveRepository('org/old');
    expect(notes).toEqual(['org/old: is called org/new now']);
    expect(directory).toContain('models--org--old');
  });

  it('holds empty files, and the same bytes under two names', async () => {
    at.hub.commit('org/net', { 'config.json': '', 'a.json': '{}', 'b.json': '{}' });
    const { directory } = await at.resolveNet();
    expect(['config', 'a', 'b'].map((name) => readFileSync(join(directory, `${name}.json`), 'utf8'))).toEqual([
      '',
      '{}',
      '{}',
    ]);
    expect(at.blobs).toHaveLength(2);
  });
});

describe('the token', () => {
  it('goes to the Hub and not to the store that it leads to', async () => {
    at.hub.commit('org/net', model);
    vi.stubEnv('HF_TOKEN', 'hf_secret');
    await at.resolveNet();
    const sent = (where: string) =>
      at.hub.asked.filter((asked) => asked.at === where).map(({ headers }) => headers.authorization);
    expect(new Set(sent('hub'))).toEqual(new Set(['Bearer hf_secret']));
    expect(new Set(sent('store'))).toEqual(new Set([undefined]));
    expect(sent('store')).toHaveLength(1);
  });

  it('comes from the option, HF_TOKEN, or a file', async () => {
    at.hub.commit('org/net', model);
    const token = async (options?: ResolveOptions) => {
      at.hub.asked.length = 0;
      await at.resolveNet(options);
      return at.hub.asked[0].headers.authorization;
    };
    expect(await token()).toBe(undefined);
    writeFileSync(join(at.home, 'token'), 'hf_file\n');
    expect(await token()).toBe('Bearer hf_file');
    writeFileSync(join(at.home, 'other'), 'hf_other');
    vi.stubEnv('HF_TOKEN_PATH', join(at.home, 'other'));
    expect(await token()).toBe('Bearer hf_other');
    vi.stubEnv('HF_TOKEN', 'hf_variable');
    expect(await token()).toBe('Bearer hf_variable');
    expect(await token({ token: 'hf_option' })).toBe('Bearer hf_option');
    rmSync(join(at.home, 'token'));
    vi.stubEnv('HF_TOKEN', 'two words');
    expect(await at.refused(at.resolveNet())).toBe(
      'HF_TOKEN holds characters that no token has, such as spaces; write the token alone.',
    );
  });

  it('is asked for where a model is gated or private, and not taken for another', async () => {
    at.hub.commit('org/gated', model);
    at.hub.guard('org/gated', { token: 'hf_good', gated: true });
    at.hub.commit('org/private', model);
    at.hub.guard('org/private', { token: 'hf_good' });
    const both = async () => [
      await at.refused(resolveRepository('org/gated')),
      await at.refused(resolveRepository('org/private')),
    ];
    expect(await both()).toEqual([
      'org/gated: is given to those who have accepted its licence, and no token is set that says who asks (401: said so); accept it at HUB/org/gated and set HF_TOKEN to a token of that account.',
      'org/private: there is no such model at HUB, or it is private (401: said so); check the name, or set HF_TOKEN to a token that may read it.',
    ]);
    vi.stubEnv('HF_TOKEN', 'hf_bad');
    expect(await both()).toEqual([
      'org/gated: is given to those who have accepted its licence, and the account of the token in HF_TOKEN has no access (403: said so); accept it at HUB/org/gated and set HF_TOKEN to a token of that account.',
      'org/private: may not be read with the token in HF_TOKEN (403: said so); set HF_TOKEN to one that may read HUB/org/private.',
    ]);
    vi.stubEnv('HF_TOKEN', 'hf_good');
    expect((await resolveRepository('org/gated')).notes).toEqual([]);
    expect((await resolveRepository('org/private')).notes).toEqual([]);
  });
});

describe('what the Hub refuses', () => {
  it('is said with what to do', async () => {
    at.hub.commit('org/net', model);
    expect(await at.refused(resolveRepository('org/nothing'))).toBe(
      'org/nothing: there is no such model at HUB, or it is private (401: said so); check the name, or set HF_TOKEN to a token that may read it.',
    );
    expect(await at.refused(at.resolveNet({ revision: 'v9' }))).toBe(
      'org/net: has no branch, tag or commit v9 (404: said so); name one that is listed at HUB/org/net/tree/main.',
    );
    expect(await at.refused(resolveRepository('org/net', { kind: 'dataset', token: 'hf_x' }))).toBe(
      'org/net: there is no such dataset at HUB, or it is private (404: said so); check the name.',
    );
    at.hub.fault = () => ({ status: 400 });
    expect(await at.refused(at.resolveNet())).toBe(
      'HUB/api/models/org/net/revision/main: is refused (400); check HUB/org/net.',
    );
  });

  it('ids and revisions that are none are refused before anybody is asked', async () => {
    for (const id of [
      '',
      '..',
      'a/b/c',
      '../b',
      'a/..',
      'org/na--me',
      'org/x.git',
      '/etc',
      'org/',
      'a b/c',
      'org/name?x',
    ])
      expect(await at.refused(resolveRepository(id)), id).toMatch(
        /is no name of a model on the Hub, which has the form org\/name/,
      );
    for (const revision of ['', '../x', 'a//b', 'x y', '/main', 'a\\b'])
      expect(await at.refused(at.resolveNet({ revision })), revision).toMatch(/a branch, a tag or a commit is needed/);
    vi.stubEnv('HF_ENDPOINT', 'huggingface.co');
    expect(await at.refused(at.resolveNet())).toMatch(
      /^HF_ENDPOINT is "huggingface.co" where the address of a Hub is needed/,
    );
    expect(at.hub.asked).toEqual([]);
  });

  it.each<[string, (entries: object[]) => object[], RegExp]>([
    [
      'leads out',
      ([one]) => [{ ...one, path: '../../../x.json' }],
      /lists a file "\.\.\/\.\.\/\.\.\/x.json", which is no path/,
    ],
    ['is absolute', ([one]) => [{ ...one, path: '/etc/x.json' }], /which is no path within a repository/],
    ['has a drive', ([one]) => [{ ...one, path: 'C:x.json' }], /which is no path within a repository/],
    ['has backslashes', ([one]) => [{ ...one, path: '..\\x.json' }], /which is no path within a repository/],
    ['has an odd hash', ([one]) => [{ ...one, oid: '../../x' }], /without its size and hash/],
    ['has an odd SHA-256', ([one]) => [{ ...one, lfs: { oid: '../x', size: 3 } }], /without its size and hash/],
    ['has no size', ([one]) => [{ ...one, size: -1 }], /without its size and hash/],
    ['comes twice', ([one]) => [one, one], /lists a file twice/],
    ['is a number', () => [7 as never], /lists a file without a path/],
  ])('a file in the list that %s stops all of it', async (_, tree, message) => {
    at.hub.commit('org/net', model);
    at.hub.tree = tree;
    expect(await at.refused(at.resolveNet())).toMatch(message);
    expect(existsSync(at.folder)).toBe(false);
    expect(at.hub.fetched).toEqual([]);
  });

  it('what is no Hub is called that', async () => {
    const other = await LocalHub.open();
    vi.stubEnv('HF_ENDPOINT', `${other.endpoint}/x/resolve/y`);
    at.hub.commit('org/net', model);
    expect(await at.refused(at.resolveNet())).toMatch(/there is no such model/);
    await other.close();
    expect(await at.refused(at.resolveNet({ offline: true }))).toMatch(
      /CACHE\/models--org--net does not know main; go online once/,
    );
  });
});

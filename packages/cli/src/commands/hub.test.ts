// Models of the Hub on the command line, from a Hub on this machine.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSafetensors } from '@twilljs/hub';
import { paperModel } from 'twilljs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hubHome } from '../../../hub/src/remote/hub-home.test-data.ts';
import { capture } from '../capture.ts';

const at = hubHome();
const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-hub-command-')));
let files: Record<string, string | Uint8Array>;

beforeAll(async () => {
  process.chdir(work);
  writeFileSync('book.txt', 'Call me Ishmael. '.repeat(60));
  await done('train --data book.txt --length 16 --batch 2 --hidden-size 16 --layers 2 --ratio 1:1 --steps 2 --out run');
  files = {
    'config.json': readFileSync('run/config.json', 'utf8'),
    'model.safetensors': new Uint8Array(readFileSync('run/model.safetensors')),
    'README.md': '# net',
    'optimizer.bin': new Uint8Array(3000),
  };
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

/** Runs a command that must end with 0, and parses what it prints under --json. */
async function done(line: string) {
  const { code, out, err } = await capture([...line.split(' '), '--json']);
  expect(code, err).toBe(0);
  return JSON.parse(out);
}

const refused = async (line: string) => {
  const { code, err } = await capture(line.split(' '));
  expect(code).toBe(2);
  return err.replaceAll(at.hub.endpoint, 'HUB').replaceAll(at.cache, 'CACHE');
};

describe('pull', () => {
  it('prints the directory, and on standard error how far it is and what was left out', async () => {
    const commit = at.hub.commit('org/net', files);
    const { code, out, err } = await capture(['hub', 'pull', 'org/net']);
    expect([code, out]).toEqual([0, `${join(at.folder, 'snapshots', commit)}\n`]);
    expect(err).toMatch(/^org\/net {2}.* of \d+\.\d kB, \d of 3 files/);
    expect(err).toMatch(
      /\nnote: org\/net: left out optimizer\.bin, which Twill does not read; name them to have them\n$/,
    );
    expect(await done('hub pull org/net')).toEqual({ id: 'org/net', directory: out.trim(), commit, notes: [] });
  });

  it('takes a revision, some files, a dataset', async () => {
    const first = at.hub.commit('org/net', files);
    at.hub.commit('org/net', { ...files, 'README.md': '# other' });
    const { directory } = await done(`hub pull org/net --revision ${first} --include *.md *.bin`);
    expect(readdirSync(directory).sort()).toEqual(['README.md', 'optimizer.bin']);
    expect(readFileSync(join(directory, 'README.md'), 'utf8')).toBe('# net');
    at.hub.commit('org/texts', { 'a.txt': 'Call me' }, 'dataset');
    expect((await done('hub pull org/texts --dataset')).directory).toContain('datasets--org--texts');
  });

  it('is refused in words', async () => {
    at.hub.commit('org/net', files);
    expect(await refused('hub pull org/none')).toMatch(
      /^hub pull: org\/none: there is no such model at HUB, or it is private/,
    );
    expect(await refused('hub pull ../net')).toMatch(/^hub pull: hub: "..\/net" is no name of a model on the Hub/);
    expect(await refused('hub pull org/net --offline')).toMatch(
      /^hub pull: org\/net: the network is not used .*CACHE.* go online once, to HUB\.\n$/,
    );
    expect(await refused('hub pull')).toBe('hub pull: missing required argument "id"; see twill hub pull --help.\n');
    expect(await refused('hub pul org/net')).toBe('hub: unknown command "pul"; did you mean pull?\n');
    const bare = await capture(['hub']);
    expect([bare.code, bare.err]).toEqual([2, expect.stringContaining('Usage: twill hub')]);
  });

  it('ends with 130 at Ctrl-C, and goes on the next time', async () => {
    at.hub.commit('org/net', files);
    const stop = new AbortController();
    at.hub.fault = (asked) =>
      asked.at === 'store' ? { slow: 5, first: () => setTimeout(() => stop.abort(), 15) } : undefined;
    const { code, err } = await capture(['hub', 'pull', 'org/net'], stop.signal);
    expect([code, err]).toEqual([
      130,
      expect.stringMatching(/org\/net: stopped; what had arrived is kept, run it again to go on\.\n$/),
    ]);
    at.hub.reset();
    await done('hub pull org/net');
  });
});

describe('info', () => {
  const told = async (line: string) => (await capture(line.split(' '))).out.replaceAll(work, 'WORK');

  it('tells what a model is, and downloads nothing', async () => {
    const commit = at.hub.commit('org/net', { ...files, 'tokenizer.json': '{"version": "1.0"}' });
    const text = await told('hub info org/net');
    expect(text).toContain(`org/net, commit ${commit}\nfiles      5, `);
    expect(text).toContain('\n    3,000 B  optimizer.bin\n');
    expect(text).toContain('\nmodel      gated_deltanet, 2 layers, 1 of them softmax (1, from 0), width 16, 256 ids\n');
    expect(text).toMatch(
      /\nweights {4}[\d,]+ parameters in \d+ tensors, F32\ntokenizer {2}tokenizer.json \(18 B\)\nloads {6}yes\n$/,
    );
    expect(readdirSync(at.cache)).toEqual([]);
    const local = await done('hub info run');
    const remote = await done('hub info org/net');
    expect(remote.model).toEqual({ ...local.model, tokenizer: 'tokenizer.json (18 B)' });
    expect(local.model).toMatchObject({
      modelType: 'gated_deltanet',
      layers: 2,
      softmaxLayers: [1],
      tokenizer: 'bytes',
      refused: null,
      paper: null,
    });
    expect(local.model.parameters).toBe(local.model.types.F32);
    expect(local.commit).toBe(null);
  });

  it('says why a model does not load', async () => {
    const config = { model_type: 'llama', num_hidden_layers: 3, hidden_size: 8, vocab_size: 32 };
    at.hub.commit('org/llama', {
      'config.json': JSON.stringify(config),
      'pytorch_model.bin': new Uint8Array(9),
      'tokenizer.model': new Uint8Array(7),
    });
    const text = await told('hub info org/llama');
    expect(text).toContain(
      '\nmodel      llama, 3 layers, width 8, 32 ids\nweights    none that can be read\ntokenizer  tokenizer.model (7 B), which is not read\n',
    );
    expect(text).toMatch(/\nloads {6}no: org\/llama: its weights are in pytorch_model.bin, which is not read/);
    at.hub.commit('org/llama', {
      'config.json': JSON.stringify(config),
      'model.safetensors': files['model.safetensors'],
    });
    expect(await told('hub info org/llama')).toMatch(/\nloads {6}no: org\/llama\/config.json: model_type/);
    const other = { ...JSON.parse(String(files['config.json'])), hidden_size: 32 };
    at.hub.commit('org/net', { ...files, 'config.json': JSON.stringify(other) });
    expect(await told('hub info org/net')).toMatch(/\nloads {6}no: org\/net: .* is \[256,16\] for \[256,32\]/);
  });

  it("marks what of the paper's models is a guess, and where a model is not what its name says", async () => {
    at.hub.commit('m-a-p/340M-20B-GLA-hybrid-3-1', files);
    const text = await told('hub info m-a-p/340M-20B-GLA-hybrid-3-1');
    expect(text).toContain(
      "\npaper      by its name GLA of 340M, one softmax layer in 3; a guess of Twill is its configuration, which is FLA's default at this depth and width; here ",
    );
    expect(text).toContain('vocab_size 256, not 32000; hidden_size 16, not 1024; ...\n');
    const config = JSON.stringify(paperModel('m-a-p/340M-20B-GatedDeltaNet-pure-baseline')?.config);
    at.hub.commit('m-a-p/340M-20B-GatedDeltaNet-pure-baseline', { 'config.json': config });
    const { model } = await done('hub info m-a-p/340M-20B-GatedDeltaNet-pure-baseline');
    expect(model.paper).toEqual({ size: '340M', mixer: 'gated-deltanet', ratio: 'pure', guessed: null, differs: [] });
  });

  it('lists a dataset, and says what cannot be told', async () => {
    at.hub.commit(
      'org/texts',
      Object.fromEntries(Array.from({ length: 45 }, (_, i) => [`data/${i}.txt`, 'x'])),
      'dataset',
    );
    const text = await told('hub info org/texts --dataset');
    expect(text).toContain('\nfiles      45, 45 B\n');
    expect(text).toMatch(/\n {2}and 5 more; --json lists all\n$/);
    expect((await done('hub info org/texts --dataset')).files).toHaveLength(45);
    expect(await refused('hub info org/texts')).toMatch(/^hub info: org\/texts: there is no such model at HUB/);
    expect(await refused('hub info ./nowhere')).toBe('hub info: ./nowhere: does not exist; check the path.\n');
    at.hub.commit('org/net', { 'README.md': '#' });
    expect(await refused('hub info org/net')).toMatch(
      /^hub info: org\/net: has no config.json, only README.md; name a model directory\.\n$/,
    );
  });
});

describe('convert', () => {
  const tensorsIn = (directory: string) => {
    const names = readdirSync(directory).filter((name) => name.endsWith('.safetensors'));
    return new Map(names.flatMap((name) => [...parseSafetensors(readFileSync(join(directory, name))).tensors]));
  };

  it('writes bf16 in shards, with the tokenizer, and joins them again', async () => {
    at.hub.commit('org/net', { ...files, 'tokenizer_config.json': '{"chat_template": "x"}' });
    const { code, out } = await capture('hub convert org/net small --dtype bf16 --max-shard-size 10kB'.split(' '));
    expect([code, out]).toEqual([0, expect.stringMatching(/^small: [\d,]+ parameters, \d+\.\d kB in \d files\n$/)]);
    const names = readdirSync('small').sort();
    expect(names).toContain('model.safetensors.index.json');
    expect(names).toContain('tokenizer_config.json');
    expect(tensorsIn('small').get('model.embeddings.weight')?.dtype).toBe('BF16');
    const joined = await done('hub convert small joined');
    expect(joined.files).toEqual(['config.json', 'model.safetensors', 'tokenizer_config.json']);
    expect(tensorsIn('joined')).toEqual(tensorsIn('small'));
    await done('hub convert run copy');
    expect(tensorsIn('copy')).toEqual(tensorsIn('run'));
    expect((await done('hub convert joined wide --dtype f32')).bytes).toBeGreaterThan(joined.bytes);
    expect(tensorsIn('wide').get('model.embeddings.weight')?.dtype).toBe('F32');
  });

  it('overwrites nothing, and refuses what it cannot read', async () => {
    expect(await refused('hub convert run run')).toBe(
      'hub convert: run holds files already; name a directory that is empty, or is not there yet.\n',
    );
    expect(await refused('hub convert book.txt other')).toBe(
      'hub convert: book.txt: is a file where a directory is needed; name the directory of a model.\n',
    );
    expect(await refused('hub convert run other --max-shard-size 5XB')).toBe(
      'hub convert: --max-shard-size is "5XB" where a size such as 5GB or 500MB is needed; correct it.\n',
    );
    expect(await refused('hub convert run other --revision v1')).toBe(
      'hub convert: --revision is v1 but run is no model of the Hub; leave it out.\n',
    );
    expect(readdirSync('.')).not.toContain('other');
  });
});

describe('a model of the Hub in the place of a directory', () => {
  it('is generated from, measured and trained on', async () => {
    const commit = at.hub.commit('org/net', files);
    const directory = join(at.folder, 'snapshots', commit);
    expect(await done('generate org/net --prompt a --max-tokens 4')).toMatchObject({ dir: directory, tokens: 4 });
    expect(at.hub.fetched).toHaveLength(4);
    expect((await done('eval org/net --data book.txt --length 16')).dir).toBe(directory);
    await done('train --init org/net --data book.txt --length 16 --batch 2 --steps 1 --out further');
    expect(JSON.parse(readFileSync('further/run.json', 'utf8')).init.directory).toBe(directory);
    await done('train --resume --steps 2 --out further');
    expect(at.hub.fetched).toHaveLength(4);
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    const { code, err } = await capture('generate org/net --prompt a --max-tokens 2'.split(' '));
    expect([code, err]).toEqual([0, expect.stringMatching(/^note: org\/net: the network is not used/)]);
  });

  it('lends its tokenizer, for which no weights are fetched', async () => {
    const tokenizer = { version: '1.0', added_tokens: [], model: { type: 'BPE', vocab: { a: 0, b: 1 }, merges: [] } };
    at.hub.commit('org/net', { ...files, 'tokenizer.json': JSON.stringify(tokenizer) });
    expect(await done('tokenizer show org/net --text ab')).toMatchObject({ vocabSize: 2, ids: [0, 1] });
    expect(at.hub.fetched.map(({ path }) => path.split('/').at(-1))).toEqual(['tokenizer.json']);
    at.hub.commit('org/other', files);
    expect(await refused('tokenizer show org/other')).toMatch(
      /^tokenizer show: org\/other: no file fits \/tokenizer.json .*, it holds README.md, config.json, model.safetensors, optimizer.bin; choose among these/,
    );
  });

  it('is not asked for where a path of that name exists, nor where the name cannot be one', async () => {
    mkdirSync('org/net', { recursive: true });
    expect(await refused('generate org/net --prompt a')).toBe(
      'generate: org/net: has no config.json, it is empty; name a model directory.\n',
    );
    rmSync('org', { recursive: true });
    expect(await refused('generate ./org/net --prompt a')).toBe(
      'generate: ./org/net: does not exist; check the path.\n',
    );
    expect(at.hub.asked).toEqual([]);
    expect(await refused('eval org/none')).toMatch(
      /^eval: org\/none: is no directory here, and of the Hub: org\/none: there is no such model at HUB/,
    );
  });
});

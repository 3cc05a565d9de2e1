// One file from three places: on disk, as a page gets it, behind an address. What is read and what is refused is the same.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializer } from '@twilljs/nn';
import { cpu, FileError, OptionError } from '@twilljs/tensor';
import { hybrid, mixers } from 'twilljs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { load } from '../directory.ts';
import { filesOfModel } from '../model.ts';
import { openSafetensors } from '../open.ts';
import { parseSafetensors, serializeSafetensors } from '../safetensors.ts';
import { save } from '../save.ts';
import { inMemory, store, type TensorSource } from '../stored.ts';
import { blobSource } from './blob.ts';
import { diskSource } from './disk.ts';
import type { Source } from './source.ts';
import { urlSource } from './url.ts';

const config = { model_type: 'gla', hidden_size: 16, num_hidden_layers: 2, num_heads: 2, vocab_size: 32 };

let dir = '';
let server: Server;
let url = '';
/** What the server does; by default it sends the ranges of files in `dir`. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: string[] = [];

const sendRange = (request: IncomingMessage, response: ServerResponse, headers: Record<string, string> = {}) => {
  const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(join(dir, decodeURIComponent(request.url ?? '').replace(/\?.*/, '')));
  } catch {
    response.writeHead(404).end();
    return;
  }
  if (bytes.length === 0) {
    response.writeHead(416, { 'content-range': 'bytes */0' }).end();
    return;
  }
  const part = bytes.subarray(Number(from), Number(to) + 1);
  response
    .writeHead(206, { 'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`, ...headers })
    .end(part);
};

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.range}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'twill-'));
  answer = sendRange;
  asked = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const chosen = (names: readonly string[], folder = 'm') =>
  names.map((name) => {
    const file = new File([readFileSync(join(dir, name))], name.split('/').at(-1)!);
    Object.defineProperty(file, 'webkitRelativePath', { value: folder && `${folder}/${name}` });
    return file;
  });

const places: Record<string, (name: string) => Promise<Source | null>> = {
  disk: async (name) => diskSource(join(dir, name)),
  page: async (name) => blobSource(new Blob([readFileSync(join(dir, name))]), name),
  address: (name) => urlSource(new URL(name, url)),
};

/** All of a tensor, in few characters. */
async function digest(tensor: TensorSource): Promise<string> {
  const { dtype, shape, bytes } = await inMemory(tensor);
  return `${dtype} [${shape}] ${createHash('sha256').update(bytes).digest('hex')}`;
}

const tensors = [
  ['a', store('F32', [3], [1, 2, 3])],
  ['b', store('BF16', [400, 500], new Float32Array(200_000).fill(1.5))],
  ['c', store('I64', [2], [7, -7])],
  ['none', store('F32', [0], [])],
] as const;

describe.each(Object.keys(places))('from a %s', (place) => {
  const open = async (name: string) => openSafetensors((await places[place](name))!);

  it('a file is what it is in memory', async () => {
    const bytes = serializeSafetensors(tensors, { format: 'pt' });
    writeFileSync(join(dir, 'x'), bytes);
    const [file, whole] = [await open('x'), parseSafetensors(bytes)];
    expect(file.metadata).toEqual(whole.metadata);
    expect([...file.tensors.keys()]).toEqual([...whole.tensors.keys()]);
    for (const [name, tensor] of file.tensors)
      expect(await digest(tensor)).toBe(await digest(whole.tensors.get(name)!));
    const part = new Uint8Array(6);
    await file.tensors.get('a')!.copy(2, part);
    expect(part).toEqual(whole.tensors.get('a')!.bytes.subarray(2, 8));
  });

  it.each([
    ['nothing', () => new Uint8Array(), /: 0 bytes, where a safetensors file starts with 8 bytes of header length/],
    ['a page', () => new TextEncoder().encode('<!doctype html><p>404'), /: is a web page \(HTML\) of 21 bytes/],
    ['a cut header', (all: Uint8Array) => all.subarray(0, 40), /: announces a header of \d+ bytes but only 32 follow/],
    ['cut data', (all: Uint8Array) => all.subarray(0, -1), /: tensor "b" ends at byte 400028 of the data but the file/],
    ['more', (all: Uint8Array) => Buffer.concat([all, all]), /: the tensors end at byte 400028 of the data but the/],
  ])('%s is refused in the same words', async (_, damage, said) => {
    writeFileSync(join(dir, 'x'), damage(serializeSafetensors(tensors)));
    await expect(open('x')).rejects.toThrow(said);
    await expect(open('x')).rejects.toThrow(FileError);
  });
});

describe('a model', () => {
  const files = async (from: Parameters<typeof load>[0], options = {}) => {
    const { model, ...rest } = await load(from, { mixers, device: cpu(), ...options });
    const stored = await filesOfModel(model);
    model[Symbol.dispose]();
    return { stored, ...rest };
  };

  beforeEach(async () => {
    const model = hybrid(config, { mixers, init: initializer(3) });
    await save(dir, model, { maxShardBytes: 4000 });
    writeFileSync(join(dir, 'chat_template.jinja'), '{{ messages }}');
    writeFileSync(join(dir, 'generation_config.json'), '{}');
  });
  const names = ['config.json', 'model.safetensors.index.json', 'chat_template.jinja', 'generation_config.json'];
  const shards = () =>
    Object.values(JSON.parse(readFileSync(join(dir, names[1]), 'utf8')).weight_map as Record<string, string>);

  it('is the same from a directory, chosen files and an address, and each says how far it is', async () => {
    const seen: number[] = [];
    const onDisk = await files(dir, { onProgress: (p: { done: number; total: number }) => seen.push(p.done, p.total) });
    const total = [...onDisk.stored.tensors.values()].reduce((n, { bytes }) => n + bytes.length, 0);
    expect(seen.filter((_, i) => i % 2 === 1).every((n) => n === total)).toBe(true);
    expect(seen.at(-2)).toBe(total);
    expect([...onDisk.files.keys()]).toEqual(['chat_template.jinja', 'generation_config.json']);
    const all = [...names, ...new Set(shards())];
    for (const place of [chosen(all), chosen(all, ''), url, new URL(url), `${url.slice(0, -1)}?key=1`]) {
      const found = await files(place);
      expect(found).toEqual(onDisk);
    }
    // A shard that fits in the first answer is asked for once.
    expect(asked.filter((line) => line.startsWith(`/${shards()[0]} `))).toHaveLength(2);
    expect(asked.filter((line) => line.startsWith(`/${shards()[0]}?key=1 `))).toHaveLength(1);
  });

  it('of a chosen folder is the outermost one', async () => {
    const all = [...names, ...new Set(shards())];
    const inner = chosen([names[0]], 'm/checkpoints/step-5');
    expect((await files([...inner, ...chosen(all)])).notes).toEqual([]);
    await expect(load([...chosen(all), ...chosen([names[0]], 'other')], { mixers })).rejects.toThrow(
      'm/config.json and other/config.json: have one name; choose the files of one model.',
    );
    await expect(load(chosen(names.slice(1)), { mixers })).rejects.toThrow(
      'm: has no config.json, only chat_template.jinja, generation_config.json, model.safetensors.index.json; name a model directory.',
    );
    for (const odd of [[], [3], new Map(), {}]) {
      await expect(load(odd as never, { mixers })).rejects.toThrow(OptionError);
    }
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    for (const place of [dir, url])
      await expect(load(place, { mixers, device: cpu(), signal: stop.signal, onProgress })).rejects.toThrow('aborted');
  });

  it('that is neither a path nor a name is refused', async () => {
    for (const where of ['ftp://x/y', 'a/b/c', '', 3, null, new URL('ftp://x/y')])
      await expect(load(where as never, { mixers })).rejects.toThrow(/does not exist|is no model that can be reached/);
    await expect(load('org/name', { mixers, revision: '../x y' })).rejects.toThrow('load: revision is "../x y"');
  });
});

describe('a server', () => {
  const failure = async (run: () => Promise<unknown>) => {
    const error = await run().then(
      () => null,
      (error) => error,
    );
    expect(error).toBeInstanceOf(FileError);
    return (error as Error).message.replaceAll(url, 'URL/');
  };
  const openFile = () => urlSource(new URL('x', url));

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void, string | RegExp]>([
    [
      'that sends no ranges',
      (_, response) => response.writeHead(200).end('{}'),
      'URL/x: the server sends no ranges, it answered with the whole file; download the file and load it from disk.',
    ],
    [
      'that hides them',
      (_, response) => response.writeHead(206).end('{}'),
      /URL\/x: the server does not say which range it sent; let it expose Content-Range/,
    ],
    [
      'that sends another range',
      (_, response) => response.writeHead(206, { 'content-range': 'bytes 4-5/20' }).end('{}'),
      'URL/x: the server sent bytes 4 to 5 where 0 to 262143 were asked for; download the file and load it from disk.',
    ],
    [
      'that compresses',
      (_, response) =>
        response.writeHead(206, { 'content-range': 'bytes 0-1/2', 'content-encoding': 'identity' }).end('{}'),
      /URL\/x: the server compresses ranges/,
    ],
    [
      'that asks for a token',
      (_, response) => response.writeHead(401).end(),
      'URL/x: the server answered 401 Unauthorized; the file needs an access token, download it with one.',
    ],
    [
      'that fails',
      (_, response) => response.writeHead(500).end(),
      'URL/x: the server answered 500 Internal Server Error; check the address.',
    ],
  ])('%s is refused with the reason', async (_, how, said) => {
    answer = how;
    expect(await failure(openFile)).toMatch(said);
  });

  it('that is not there is named with its address', async () => {
    expect(await failure(() => urlSource(new URL('http://127.0.0.1:1/x')))).toMatch(
      /^http:\/\/127\.0\.0\.1:1\/x: cannot be fetched \(.+\); check the address and the network\.$/,
    );
    answer = (_, response) => response.writeHead(404).end();
    expect(await openFile()).toBeNull();
    expect(await failure(() => load(url, { mixers }))).toBe('URL/: has no config.json; name a model directory.');
  });

  it('may lose a connection: what is missing is asked for again', async () => {
    const bytes = serializeSafetensors(tensors);
    writeFileSync(join(dir, 'x'), bytes);
    let lost = 0;
    answer = (request, response) => {
      if (lost++ % 2 === 1) return sendRange(request, response);
      const [from, to] = (/\d+-\d+/.exec(`${request.headers.range}`) as RegExpExecArray)[0].split('-').map(Number);
      const last = Math.min(to, bytes.length - 1);
      response.writeHead(206, {
        'content-range': `bytes ${from}-${last}/${bytes.length}`,
        'content-length': `${last + 1 - from}`,
      });
      response.write('{');
      setTimeout(() => response.destroy(), 5);
    };
    const { tensors: read } = await openSafetensors((await openFile())!);
    for (const [name, tensor] of tensors) expect(await digest(read.get(name)!)).toBe(await digest(tensor));
  });

  it('whose file changes meanwhile is noticed, by its tag and by its size', async () => {
    const bytes = serializeSafetensors(tensors);
    for (const [first, second, length] of [
      ['"1"', '"2"', bytes.length],
      ['"1"', '"1"', bytes.length - 8],
    ] as const) {
      writeFileSync(join(dir, 'x'), bytes);
      answer = (request, response) => sendRange(request, response, { etag: first });
      const { tensors: read } = await openSafetensors((await openFile())!);
      truncateSync(join(dir, 'x'), length);
      answer = (request, response) => sendRange(request, response, { etag: second });
      expect(await failure(() => inMemory(read.get('b')!))).toBe(
        'URL/x: was changed on the server while being read; load it again.',
      );
    }
  });
});

it('a file on disk that is replaced while it is read is noticed, though it is as long', async () => {
  const path = join(dir, 'x');
  writeFileSync(path, serializeSafetensors(tensors));
  const { tensors: read } = await openSafetensors(diskSource(path));
  writeFileSync(join(dir, 'y'), serializeSafetensors(tensors));
  renameSync(join(dir, 'y'), path);
  await expect(inMemory(read.get('a')!)).rejects.toThrow(`${path}: was changed while being read; load it again.`);
  rmSync(path);
  await expect(inMemory(read.get('a')!)).rejects.toThrow(`${path}: does not exist; check the path.`);
});

it('a blob that has lost its file is named', async () => {
  const broken = { size: 9, slice: () => ({ arrayBuffer: () => Promise.reject(new Error('NotReadableError')) }) };
  await expect(blobSource(broken as never, 'm/x').read(0, new Uint8Array(4))).rejects.toThrow(
    'm/x: cannot be read (NotReadableError); it was changed or removed since it was chosen, choose it again.',
  );
});

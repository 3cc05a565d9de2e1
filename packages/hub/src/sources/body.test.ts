// Bodies that are given up, at every moment of their lives.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { repositoryOf } from '../remote/repository.ts';
import { request } from '../remote/request.ts';
import { bodyOf } from './body.ts';
import { urlSource } from './url.ts';

let url: URL;
let response: ServerResponse;
let stop: AbortController;
const server = createServer((_, made) => {
  response = made;
  response.writeHead(206, { 'content-range': 'bytes 0-7/8' }).write('begin');
});

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  stop = new AbortController();
});

/** The next word of Node's fetch about a request. */
const told = (what: 'headers' | 'trailers'): Promise<void> =>
  new Promise((resolve) => {
    const channel = `undici:request:${what}`;
    const onTold = () => {
      unsubscribe(channel, onTold);
      process.nextTick(resolve);
    };
    subscribe(channel, onTold);
  });

/** The server sends the rest. @returns when Node has received it all, and nobody has read it yet. */
async function arrived(): Promise<void> {
  const all = told('trailers');
  response.end('end');
  await all;
}

const givenUp = { name: 'AbortError' };

describe.each<[string, () => Promise<AsyncGenerator<Uint8Array>>]>([
  ['a body', async () => bodyOf(await fetch(url, { signal: stop.signal }), stop.signal)],
  [
    'the body of an answer of a Hub',
    async () => {
      const repository = repositoryOf('org/net', 'model');
      const asking = { endpoint: url.origin, token: null, silenceMs: 60_000, repository, revision: 'main' };
      return (await request({ ...asking, signal: stop.signal }, url.href)).parts();
    },
  ],
])('%s that is given up ends', (_, open) => {
  it('while nothing comes', async () => {
    const parts = await open();
    await parts.next();
    const next = parts.next();
    stop.abort();
    await expect(next).rejects.toMatchObject(givenUp);
  });

  it('when all has come and is being read', async () => {
    const parts = await open();
    await parts.next();
    await arrived();
    const next = parts.next();
    stop.abort();
    await expect(next).rejects.toMatchObject(givenUp);
  });

  it('when all has come and is not being read', async () => {
    const parts = await open();
    await parts.next();
    await arrived();
    stop.abort();
    await expect(parts.next()).rejects.toMatchObject(givenUp);
  });

  it('before it is read, and is not taken for an empty one', async () => {
    const parts = await open();
    await arrived();
    stop.abort();
    await expect(parts.next()).rejects.toMatchObject(givenUp);
  });
});

it('a file at an address that is given up when all of it has come ends', async () => {
  const begun = told('headers');
  const source = urlSource(url, stop.signal);
  await begun;
  await new Promise(setImmediate); // its reader waits for the rest
  await arrived();
  stop.abort();
  await expect(source).rejects.toMatchObject(givenUp);
});

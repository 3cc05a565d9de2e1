// A Hub on this machine: its routes, its redirects to a store on another port, and every fault that tests ask for.
import { createHash } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly at: 'hub' | 'store';
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** What goes wrong with one answer. */
export interface Fault {
  /** Answers with it and no body. */
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** Other bytes than those of the file. */
  readonly bytes?: Uint8Array;
  /** Ends the connection after so many bytes of the body. */
  readonly cut?: number;
  /** Ends the body there as if it were all: no length is announced. */
  readonly end?: number;
  /** Knows no ranges. */
  readonly whole?: boolean;
  /** Milliseconds before every `PART` of the body. */
  readonly slow?: number;
  /** Says nothing after so many bytes. */
  readonly silent?: number;
  /** Before the body is sent. */
  readonly first?: () => void;
}

export interface HubFile {
  readonly bytes: Uint8Array;
  readonly large: boolean;
}

interface Held {
  kind: 'model' | 'dataset';
  /** By commit, the newest last. */
  readonly commits: Map<string, Map<string, HubFile>>;
  /** Commits of other branches than main. */
  readonly branches: Map<string, string>;
  /** Who is let in. */
  token: string | null;
  gated: boolean;
  now: string;
}

const PART = 4096;

export class LocalHub {
  readonly asked: Asked[] = [];
  /** What goes wrong with the next answers. */
  fault: (asked: Asked) => Fault | undefined = () => undefined;
  /** Files of a page of the tree. */
  page = 1000;
  /** What the tree says instead of what is there. */
  tree: ((entries: object[]) => object[]) | null = null;
  private readonly held = new Map<string, Held>();
  private readonly servers: Server[] = [];

  static async open(): Promise<LocalHub> {
    const hub = new LocalHub();
    for (const at of ['hub', 'store'] as const) {
      const server = createServer((request, response) => {
        hub.answer(at, request, response).catch((error) => response.destroy(error));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      hub.servers.push(server);
    }
    return hub;
  }

  /** Answers as it should again, and forgets who asked. */
  reset(): void {
    this.asked.length = 0;
    this.fault = () => undefined;
    this.page = 1000;
    this.tree = null;
  }

  get endpoint(): string {
    return this.addressOf(0);
  }

  get store(): string {
    return this.addressOf(1);
  }

  private addressOf(i: number): string {
    return `http://127.0.0.1:${(this.servers[i].address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** A new commit on main. Text is small, bytes are large (LFS). @returns the commit. */
  commit(id: string, files: Record<string, string | Uint8Array>, kind: Held['kind'] = 'model'): string {
    const made = new Map(
      Object.entries(files).map(([path, content]): [string, HubFile] => [
        path,
        {
          bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content,
          large: typeof content !== 'string',
        },
      ]),
    );
    const fresh = { kind, commits: new Map(), branches: new Map(), token: null, gated: false, now: id };
    const held = this.held.get(id) ?? fresh;
    const commit = hashOf('sha1', JSON.stringify([id, [...made].map(([path, file]) => [path, tagOf(file)])]));
    held.commits.delete(commit);
    held.commits.set(commit, made);
    this.held.set(id, held);
    return commit;
  }

  /** Calls a commit by a name. */
  branch(id: string, name: string, commit: string): void {
    this.held.get(id)?.branches.set(name, commit);
  }

  /** Lets in only who has a token, or who has accepted a licence too. */
  guard(id: string, how: { token: string; gated?: boolean }): void {
    Object.assign(this.held.get(id) as Held, { gated: false, ...how });
  }

  rename(id: string, now: string): void {
    const held = this.held.get(id) as Held;
    held.now = now;
    this.held.set(now, held);
  }

  /** Requests for the bytes of a file, as `store /<hash>` or `hub /org/name/resolve/...`. */
  get fetched(): Asked[] {
    return this.asked.filter(({ path, at }) => at === 'store' || path.includes('/resolve/'));
  }

  private async answer(at: Asked['at'], request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url as string, 'http://local');
    const asked = { at, path: pathname, headers: request.headers };
    this.asked.push(asked);
    const fault = this.fault(asked) ?? {};
    if (fault.status !== undefined) {
      response.writeHead(fault.status, fault.headers).end();
      return;
    }
    if (at === 'store') {
      const all = [...this.held.values()].flatMap(({ commits }) =>
        [...commits.values()].flatMap((one) => [...one.values()]),
      );
      const file = all.find((one) => tagOf(one) === pathname.slice(1)) as HubFile;
      return send(request, response, file.bytes, `"store-${hashOf('md5', fault.bytes ?? file.bytes)}"`, fault);
    }
    const api = /^\/api\/(model|dataset)s\/(.+)\/(revision|tree)\/([^/]+)$/.exec(pathname);
    if (api) return this.answerApi(request, response, api.slice(1).map(decodeURIComponent), searchParams);
    const resolve = /^\/(datasets\/)?(.+)\/resolve\/([^/]+)\/(.+)$/.exec(pathname);
    const [, folder, id, revision, path] = resolve?.map((part) => part && decodeURIComponent(part)) ?? [];
    const held = this.heldAt(request, response, folder ? 'dataset' : 'model', id);
    if (!held) return;
    const commit = commitIn(held, revision);
    const file = held.commits.get(commit ?? '')?.get(path);
    if (!file) return refuse(response, 404, 'EntryNotFound');
    response.setHeader('x-repo-commit', commit as string);
    if (!file.large) return send(request, response, file.bytes, `"${tagOf(file)}"`, fault);
    response.writeHead(302, {
      location: `${this.store}/${tagOf(file)}?Signature=secret`,
      'x-linked-etag': `"${tagOf(file)}"`,
      'x-linked-size': String(file.bytes.length),
    });
    response.end();
  }

  private heldAt(request: IncomingMessage, response: ServerResponse, kind: string, id: string): Held | null {
    const held = this.held.get(id);
    if (!held || held.kind !== kind) {
      refuse(response, request.headers.authorization ? 404 : 401, 'RepoNotFound');
      return null;
    }
    if (held.now !== id) {
      response.writeHead(307, { location: (request.url as string).replace(id, held.now) }).end();
      return null;
    }
    const isIn = held.token === null || request.headers.authorization === `Bearer ${held.token}`;
    const isApi = request.url?.startsWith('/api/');
    if (isIn || (held.gated && isApi)) return held;
    refuse(response, request.headers.authorization ? 403 : 401, held.gated ? 'GatedRepo' : 'RepoNotFound');
    return null;
  }

  private async answerApi(
    request: IncomingMessage,
    response: ServerResponse,
    [kind, id, what, revision]: string[],
    search: URLSearchParams,
  ): Promise<void> {
    const held = this.heldAt(request, response, kind, id);
    if (!held) return;
    const commit = commitIn(held, revision);
    if (!commit) return refuse(response, 404, 'RevisionNotFound');
    if (what === 'revision') return json(response, { id: held.now, sha: commit, siblings: [] });
    const all: object[] = [...(held.commits.get(commit) as Map<string, HubFile>)].map(([path, file]) =>
      entryOf(path, file),
    );
    const folder = { type: 'directory', oid: '0'.repeat(40), size: 0, path: 'a-folder' };
    const entries = this.tree?.(all) ?? [folder, ...all];
    const from = Number(search.get('cursor') ?? 0);
    const to = from + this.page;
    if (to < entries.length) {
      response.setHeader(
        'link',
        `<${this.endpoint}${new URL(request.url as string, this.endpoint).pathname}?recursive=true&cursor=${to}>; rel="next"`,
      );
    }
    json(response, entries.slice(from, to));
  }
}

const commitIn = ({ commits, branches }: Held, revision: string): string | undefined =>
  revision === 'main' ? [...commits.keys()].at(-1) : commits.has(revision) ? revision : branches.get(revision);

function entryOf(path: string, file: HubFile): object {
  const { bytes, large } = file;
  const oid = hashOf('sha1', `blob ${bytes.length}\0`, bytes);
  if (!large) return { type: 'file', oid, size: bytes.length, path };
  return {
    type: 'file',
    oid,
    size: bytes.length,
    lfs: { oid: tagOf(file), size: bytes.length, pointerSize: 134 },
    path,
  };
}

/** As the Hub names the bytes of a file. */
export const tagOf = ({ bytes, large }: HubFile): string =>
  large ? hashOf('sha256', bytes) : hashOf('sha1', `blob ${bytes.length}\0`, bytes);

function hashOf(kind: string, ...parts: (string | Uint8Array)[]): string {
  const hash = createHash(kind);
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'x-error-code': code, 'x-error-message': 'said so' }).end();
}

async function send(
  { headers }: IncomingMessage,
  response: ServerResponse,
  file: Uint8Array,
  tag: string,
  { bytes = file, cut, end, whole, slow, silent, first }: Fault,
): Promise<void> {
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
  const isSame = headers['if-range'] === undefined || headers['if-range'] === tag;
  const from = range && isSame && !whole ? Number(range[1]) : 0;
  if (from >= bytes.length && from > 0) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    return;
  }
  const to = range?.[2] && isSame && !whole ? Math.min(Number(range[2]) + 1, bytes.length) : bytes.length;
  const isPart = range !== null && isSame && !whole;
  response.writeHead(isPart ? 206 : 200, {
    etag: tag,
    ...(end === undefined && { 'content-length': String(to - from) }),
    ...(isPart && { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` }),
  });
  first?.();
  for (let at = from; at < to; at += PART) {
    if (slow) await new Promise((resolve) => setTimeout(resolve, slow));
    const stop = cut ?? end ?? silent ?? Number.POSITIVE_INFINITY;
    const part = bytes.subarray(at, Math.min(at + PART, from + stop, to));
    await new Promise<void>((resolve) => response.write(part, () => resolve()));
    if (at + PART < from + stop) continue;
    if (cut !== undefined) response.destroy();
    if (silent === undefined) break;
    return;
  }
  response.end();
}

// The live pages of the documentation: what each must come to, and the site served as any host of static files would.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

export interface LivePage {
  readonly name: string;
  /** What the page says of itself when its workers are done. @returns what is wrong with it; empty where it is right. */
  wrong(said: Readonly<Record<string, string>>): string;
}

const unless = (holds: boolean, what: string): string => (holds ? '' : what);

export const livePages: readonly LivePage[] = [
  {
    name: 'recall',
    wrong: ({ recall, recallAlone }) =>
      unless(Number(recall) >= 0.95 && Number(recallAlone) < 0.5, `recall ${recall}, of HGRN2 alone ${recallAlone}`),
  },
  { name: 'text', wrong: ({ bits }) => unless(Number(bits) < 1, `${bits} bits per byte`) },
  { name: 'states', wrong: ({ right }) => unless(Number(right) >= 0.8, `${right} of the letters expected`) },
  {
    name: 'study',
    wrong: ({ recall, printed }) =>
      unless(Math.abs(Number(recall) - Number(printed)) <= 0.5, `recall ${recall} %, in the README ${printed} %`),
  },
  {
    name: 'memory',
    wrong: ({ share, tokens }) =>
      unless(Number(share) > 500 && tokens === '16384', `${share} times the memory at ${tokens} tokens`),
  },
];

const types: Record<string, string> = {
  ...{ '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json' },
  ...{ '.svg': 'image/svg+xml', '.png': 'image/png' },
};

/** Serves a folder, an address without an ending as its page. */
export function serveSite(folder: string): Promise<{ url: string; close: () => void }> {
  const server = createServer(({ url = '/' }, response) => {
    const path = join(folder, decodeURIComponent(new URL(url, 'http://localhost').pathname));
    const file = [path, `${path}.html`, join(path, 'index.html')].find((each) => extname(each) && existsSync(each));
    if (!file) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': types[extname(file)] }).end(readFileSync(file));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      resolve({ url: `http://localhost:${port}`, close: () => server.close() });
    });
  });
}

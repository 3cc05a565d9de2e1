// `pnpm page`: bundles examples/page into runs/page and serves it on this machine.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compileKernels } from './asc.ts';
import { root } from './check/repository.ts';
import { compileWgsl } from './wgsl.ts';

/** Bundles the page and its worker. */
export async function buildPage(to: string): Promise<void> {
  compileWgsl(root);
  await compileKernels(root);
  mkdirSync(to, { recursive: true });
  const from = join(root, 'examples/page');
  await build({
    entryPoints: [join(from, 'main.ts'), join(from, 'worker.ts')],
    outdir: to,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: ['@twilljs/source'],
  });
  copyFileSync(join(from, 'index.html'), join(to, 'index.html'));
}

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };

/** Serves three files of a folder, at a port of its own choice where none is given. */
export function servePage(folder: string, port = 0): Promise<{ url: string; close: () => void }> {
  const server = createServer(({ url = '/' }, response) => {
    const file = url === '/' ? 'index.html' : url.slice(1);
    if (!['index.html', 'main.js', 'worker.js'].includes(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(file)] }).end(readFileSync(join(folder, file)));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const at = server.address() as { port: number };
      resolve({ url: `http://localhost:${at.port}/`, close: () => server.close() });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(root, 'runs/page');
  await buildPage(folder);
  // Another page may be served there already.
  const { url } = await servePage(folder, 4173).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') return servePage(folder);
    throw error;
  });
  console.log(`page: ${url} in a browser with WebGPU; Ctrl-C ends it.`);
}

// A registry on this machine to which the packages are published as they would be to npm, and from which they are installed.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { root } from '../../scripts/check/repository.ts';

/** 6.9 needs Node 22; without the override its own dependencies do not agree. */
const verdaccio = { private: true, dependencies: { verdaccio: '6.8.0' }, overrides: { 'node-fetch': '2.7.0' } };

export interface Registry {
  /** What a process needs so that its npm and pnpm ask this registry. */
  readonly env: NodeJS.ProcessEnv;
  close(): void;
}

/** Runs a program to its end. @throws Error with all that it printed where it fails. */
export function run(command: string, args: readonly string[], cwd: string, env = process.env): string {
  try {
    return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}

/** A folder that holds nothing but what is installed into it. */
export function install(folder: string, packages: readonly string[], env = process.env): void {
  mkdirSync(folder, { recursive: true });
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages], folder, env);
}

/** Starts a registry that has nothing, and asks the one that is set on this machine for what it has not. */
export async function startRegistry(folder: string): Promise<Registry> {
  const upstream = run('npm', ['config', 'get', 'registry'], root).trim();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(verdaccio));
  install(folder, []);
  const ours = { access: '$all', publish: '$anonymous' };
  const config = {
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    uplinks: { upstream: { url: upstream } },
    packages: { '@twilljs/*': ours, twilljs: ours, '**': { access: '$all', proxy: 'upstream' } },
    max_body_size: '100mb',
    log: { type: 'stdout', format: 'pretty', level: 'error' },
  };
  writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config)); // JSON is YAML
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = join(folder, 'node_modules/verdaccio/bin/verdaccio');
  const args = [program, '--config', join(folder, 'config.yaml'), '--listen', url];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  await answers(`${url}/-/ping`);
  const npmrc = join(folder, 'npmrc');
  writeFileSync(npmrc, `registry=${url}\n//127.0.0.1:${port}/:_authToken=anybody\nupdate-notifier=false\n`);
  const { npm_config_registry: _, ...rest } = process.env;
  return {
    env: { ...rest, NPM_CONFIG_USERCONFIG: npmrc, npm_config_userconfig: npmrc, npm_config_registry: url },
    close: () => void child.kill(),
  };
}

/**
 * Releases a copy of the last commit as CONTRIBUTING says: versions are raised, packages built, checked and published. Without
 * provenance, which only a builder that npm knows can sign.
 *
 * @returns The versions that were published, by name.
 */
export function release(copy: string, { env }: Registry): Record<string, string> {
  run('git', ['clone', '--quiet', root, copy], root);
  run('pnpm', ['install', '--frozen-lockfile'], copy);
  run('pnpm', ['changeset', 'version'], copy);
  const author = { GIT_AUTHOR_NAME: 'twill', GIT_AUTHOR_EMAIL: 'twill@localhost' };
  const committer = { GIT_COMMITTER_NAME: 'twill', GIT_COMMITTER_EMAIL: 'twill@localhost' };
  const said = run('pnpm', ['release'], copy, { ...env, ...author, ...committer, NPM_CONFIG_PROVENANCE: 'false' });
  const published = [...said.matchAll(/^.*?((?:@twilljs\/)?[\w-]+)@(\d+\.\d+\.\d+)$/gm)];
  return Object.fromEntries(published.map(([, name, version]) => [name, version]));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function answers(url: string): Promise<void> {
  for (let i = 0; i < 300; i++) {
    const there = await fetch(url)
      .then(({ ok }) => ok)
      .catch(() => false);
    if (there) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${url} does not answer after a minute`);
}

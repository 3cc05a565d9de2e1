// A real redis-server of its own for a test file, on a free port of this machine.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Whether tests of queues can run. @throws where TWILL_REQUIRE asks for it and it is absent. */
export function hasRedis(): boolean {
  const isHere = spawnSync('redis-server', ['--version']).status === 0;
  if (!isHere && (process.env.TWILL_REQUIRE ?? '').split(',').includes('redis')) {
    throw new Error(
      'TWILL_REQUIRE asks for redis and there is no redis-server on the path; apt-get install redis-server.',
    );
  }
  return isHere;
}

/** Why tests are skipped. */
export const NO_REDIS = 'no redis-server on the path (Debian: apt-get install redis-server)';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A server that can be stopped, killed and started again on its data. */
export class RedisServer {
  readonly port: number;
  private readonly home = mkdtempSync(join(tmpdir(), 'twill-redis-'));
  private readonly options: readonly string[];
  private child: ChildProcess | null = null;

  private constructor(port: number, options: readonly string[]) {
    this.port = port;
    this.options = options;
  }

  /** @param options of redis-server: `--maxmemory 5mb`. */
  static async start(...options: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options);
    await server.up();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async up(): Promise<void> {
    const own = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.home, '--save', ''];
    const kept = ['--appendonly', 'yes', '--appendfsync', 'always'];
    this.child = spawn('redis-server', [...own, ...kept, ...this.options], { stdio: 'ignore' });
    for (let n = 0; n < 100; n++) {
      const answer = await this.command('PING'); // one that asks for a password first is up, too
      if (answer !== null && !answer.startsWith('-LOADING')) return;
      await wait(50);
    }
    throw new Error(`redis-server does not come up on port ${this.port}.`);
  }

  /** What it answers to a command; null where nobody is there. */
  command(words: string): Promise<string | null> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(`${words}\r\n`));
      socket.setTimeout(1000, () => socket.destroy());
      socket.on('data', (data) => {
        resolve(data.toString());
        socket.end();
      });
      socket.on('error', () => {}).on('close', () => resolve(null));
    });
  }

  async down(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = this;
    this.child = null;
    if (!child || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
    rmSync(this.home, { recursive: true, force: true });
  }
}

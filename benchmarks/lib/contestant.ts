// A side of a contest: a process that does a piece of work when it is asked to, and sleeps while others work.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** What a side answers, and the most memory that its process has held, in MB; 0 where the system does not tell. */
export type Reply<R = Record<string, unknown>> = R & { readonly rss: number };

/** Of the pages of a process itself: what `getrusage` tells of a child includes what its parent held when it began. */
function mostMemory(pid: number): number {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return 0;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) / 1024;
}

/** For a result. */
export function mostOf(turns: readonly Reply<object>[]): { rss?: number } {
  const rss = Math.max(...turns.map(({ rss }) => rss));
  return rss > 0 ? { rss } : {};
}

export interface Command {
  /** Said in results: `twill`, `torch 2.9.1, 2 threads`. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One JSON value a line: requests to its standard input, answers from its standard output, the first of them unasked. */
export class Contestant {
  readonly name: string;
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private words = '';

  constructor({ name, program, args, env }: Command) {
    this.name = name;
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.child.stderr!.on('data', (text) => {
      this.words = `${this.words}${text}`.slice(-2000);
    });
    this.child.on('error', (error) => {
      this.words += `${program} cannot be started: ${error.message}`;
    });
    this.child.stdin!.on('error', () => {}); // it has died: the missing answer says so
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  /** Its first word, once it is ready to work. */
  ready<R>(): Promise<R> {
    return this.answer<R>();
  }

  async ask<R>(request: object): Promise<Reply<R>> {
    this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    const answer = await this.answer<R>();
    return { ...answer, rss: mostMemory(this.child.pid!) };
  }

  /** @throws Error with the last words of a process that has died. */
  private async answer<R>(): Promise<R> {
    for (;;) {
      const { done, value } = await this.lines.next();
      if (done) throw new Error(`${this.name}: ended without an answer.\n${this.words.trim()}`);
      if (value.startsWith('{')) return JSON.parse(value); // libraries greet on standard output
    }
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null || !this.child.pid) return;
    const ended = new Promise((resolve) => this.child.on('exit', resolve));
    this.child.stdin!.end();
    const late = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(late);
  }
}

/** What threads of the side before may spin after their work, in ms. */
const QUIET = 250;

export const quiet = () => new Promise((resolve) => setTimeout(resolve, QUIET));

/** Starts all sides one after the other, runs `body`, and ends them whatever happens. */
export async function among<R>(commands: readonly Command[], body: (sides: Contestant[]) => Promise<R>): Promise<R> {
  const sides: Contestant[] = [];
  try {
    for (const command of commands) sides.push(new Contestant(command));
    return await body(sides);
  } finally {
    await Promise.all(sides.map((side) => side.end()));
  }
}

/** `rounds` rounds in which every side has its turn alone, each time from another place; the answers of each side. */
export async function inTurns<R>(
  sides: readonly Contestant[],
  rounds: number,
  request: (side: number) => object,
): Promise<Reply<R>[][]> {
  const answers = sides.map((): Reply<R>[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < sides.length; n++) {
      const at = (round + n) % sides.length;
      await quiet();
      answers[at].push(await sides[at].ask<R>(request(at)));
    }
  }
  return answers;
}

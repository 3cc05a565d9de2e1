// What twill sweep says of a queue, and tells it: --watch, --pause, --go-on, --cancel.
import { setTimeout as wait } from 'node:timers/promises';
import type { OpenQueue, QueueView } from '@twilljs/queue/node';
import { OptionError } from '@twilljs/tensor';
import { type Command, Option } from 'commander';
import type { Context, Result } from '../command.ts';
import { printable } from '../terminal.ts';
import { loadQueue, requireNoneOf } from './load.ts';

/** Milliseconds from one look to the next. */
const LOOK = 1000;

/** What is asked of a queue that is there, instead of filling one. */
const words = ['watch', 'pause', 'goOn', 'cancel'] as const;
type Word = (typeof words)[number];

export type WatchFlags = { readonly [K in Word]: boolean };

export const watchFlags = (): Option[] =>
  [
    new Option('--watch', 'with --queue: how far its cells and workers are, until it has ended'),
    new Option('--pause', 'with --queue: put running cells away and begin no other'),
    new Option('--go-on', 'with --queue: after --pause'),
    new Option('--cancel', 'with --queue: put running cells away, remove the queue and end its workers'),
  ].map((flag) => flag.default(false));

/** Which of them is asked for. @throws OptionError for two, and beside flags that would decide nothing. */
export function askedOf(flags: WatchFlags, queue: string | undefined, command: Command): Word | null {
  const [one, other] = words.filter((word) => flags[word]);
  if (one === undefined) return null;
  const shown = (word: Word) => `--${word === 'goOn' ? 'go-on' : word}`;
  if (other !== undefined) throw new OptionError(`${shown(one)} and ${shown(other)} are two things; give one of them.`);
  if (queue === undefined) throw new OptionError(`${shown(one)} is about a queue, and there is no --queue; add it.`);
  requireNoneOf(command, ['out', 'preset', 'data', 'jobs', 'lease'], `${shown(one)} is about a queue that is there`);
  return one;
}

/** Watches a queue, or tells it something. */
export async function attend(word: Word, address: string, { terminal, say }: Context): Promise<Result> {
  const { openQueue, tellQueue } = await loadQueue();
  await using queue = await openQueue(address, { warn: (message) => terminal.err(`${message}\n`) });
  if (word === 'watch') return await watch(queue, { terminal, say });
  await tellQueue(queue, word);
  const told = {
    pause: 'paused; its workers put their cells away and wait for --go-on',
    goOn: 'goes on',
    cancel: 'cancelled; what has been done stays in its directory',
  }[word];
  say(`${queue.address.shown}: ${told}.\n`);
  return { answer: true, data: { queue: queue.address.shown, told: word } };
}

async function watch(queue: OpenQueue, { terminal, say }: Pick<Context, 'terminal' | 'say'>): Promise<Result> {
  const { viewQueue } = await loadQueue();
  const { signal } = terminal;
  let view = await viewQueue(queue);
  for (let drawn = 0; terminal.live && !signal.aborted; ) {
    const lines = viewLines(view).map((line) => printable(line).slice(0, terminal.columns - 1));
    terminal.draw(`${drawn > 0 ? `\x1b[${drawn}A` : ''}${lines.map((line) => `\r${line}\x1b[K\n`).join('')}\x1b[J`);
    drawn = lines.length;
    await wait(LOOK, undefined, { signal }).catch(() => {});
    const status = await queue.status();
    if (status === null || status === 'finished' || status === 'cancelled') {
      say(`${view.name} is ${status === 'cancelled' ? 'cancelled' : 'finished'}.\n`);
      return { answer: true, data: { ...view, status: status ?? 'finished' } };
    }
    view = await viewQueue(queue);
  }
  if (!terminal.live) say(`${viewLines(view).join('\n')}\n`);
  return { answer: true, data: { ...view } };
}

/** Cells and workers, a line each. */
function viewLines({ name, status, cells, done, failed, waiting, workers }: QueueView): string[] {
  const running = workers.reduce((sum, worker) => sum + worker.cells.length, 0);
  return [
    `${name}  ${status}  ${cells} cells: ${done} done, ${failed} failed, ${running} running, ${waiting} waiting; ${workers.length} workers`,
    ...workers.flatMap((worker) => [
      `  ${worker.name}  ${worker.device}  ${worker.cells.length} of ${worker.jobs} at a time`,
      ...worker.cells.map(
        ({ name, step, loss }) => `    ${name}  step ${step}${loss === null ? '' : `  loss ${loss.toFixed(3)}`}`,
      ),
    ]),
  ];
}

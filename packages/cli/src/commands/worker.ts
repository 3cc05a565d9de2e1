// twill worker: trains cells of a sweep that lies in a queue, on as many machines as there are.
import type { WorkEvent } from '@twilljs/queue/node';
import { trainingSpeed } from '@twilljs/sweep';
import { inProcesses, threadsPerCell } from '@twilljs/sweep/node';
import { OptionError } from '@twilljs/tensor';
import { yardstick } from 'twilljs';
import { worker } from 'twilljs/node';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { hasThreads, openDevice, requireOne } from '../device.ts';
import { Interrupted } from '../failure.ts';
import { option } from '../flags.ts';
import { deviceHere } from '../queue/fill.ts';
import { loadQueue, queueFlag } from '../queue/load.ts';
import { EACH, jobsFlag } from '../sweep/begin.ts';
import { commandOf, openSweep } from '../sweep/run.ts';

interface Options extends CommonOptions {
  readonly queue: string | undefined;
  readonly out: string | undefined;
  readonly jobs: number;
  /** GiB for each cell. */
  readonly memory: number | undefined;
  readonly hours: number | undefined;
}

export function workQueued() {
  const command = makeCommand({
    name: 'worker',
    summary: 'Trains cells of a sweep that twill sweep --queue has put into a queue, to the bits of one machine.',
    seed: null,
    device: 'where to compute; auto is what the queue was filled for, another one would give other bits',
    threads: EACH,
    examples: [
      'twill worker --queue redis://host --out /shared/grid',
      'twill worker --queue redis://host --out /shared/grid --jobs 4',
      'twill worker --queue redis://host --out /shared/grid --memory 8 --hours 12',
    ],
    notes: [
      'It ends when all cells have ended. Ctrl-C puts its cells away with checkpoints; they go back into the queue, and whoever takes\n' +
        'them goes on there. So do those of a worker that was killed, when --lease of the sweep is over.',
    ],
  })
    .addOption(queueFlag('the queue'))
    .addOption(option('--out <dir>', 'directory of the sweep, shared with the machine that filled the queue'))
    .addOption(jobsFlag())
    .addOption(
      option(
        '--memory <GiB>',
        'for each cell; larger ones are skipped (default: that of the machine, divided by --jobs)',
        {
          type: 'number',
          min: 0.001,
          max: 1e6,
        },
      ),
    )
    .addOption(
      option(
        '--hours <n>',
        'for how long; cells that would take longer are skipped, as its speed is measured at the start',
        {
          type: 'number',
          min: 0.001,
          max: 1e5,
        },
      ),
    );
  return { command, run: (context: Context, _: readonly string[], options: Options) => work(context, options) };
}

async function work({ terminal, note, say }: Context, options: Options): Promise<Result> {
  const { queue: address, out, jobs, device: asked } = options;
  terminal.outliveReader();
  if (address === undefined) throw new OptionError('--queue is missing: it names the queue on Redis; add it.');
  if (out === undefined) throw new OptionError('--out is missing: it names the directory of the sweep; add it.');
  const { openQueue, workQueue } = await loadQueue();
  await using queue = await openQueue(address, { warn: (message) => terminal.err(`${message}\n`) });
  const record = await queue.record();
  if (!record) {
    throw new OptionError(
      `--queue: ${queue.address.shown} holds no sweep; fill it first, with twill sweep SPEC --out DIR --queue URL.`,
    );
  }
  const device = record.device as CommonOptions['device'];
  if (asked !== 'auto' && asked !== device) {
    throw new OptionError(
      `--device is ${asked} but the queue was filled for ${device}, and another one has other bits; leave it out.`,
    );
  }
  if (!hasThreads(device)) requireOne(options.threads, `the queue was filled for ${device}`);
  const { spec, corpus, origin } = record;
  const source = { version: 1, spec, corpus, origin };
  const opened = await openSweep(source, { ...options, seed: 0, device, out, data: undefined }, { terminal, note });
  note(
    `${spec.name}: ${opened.cells.length} cells, ${jobs} at a time. Ctrl-C puts them away, and they go back into the queue.\n`,
  );
  const threads = options.threads ?? threadsPerCell(jobs);
  const { status, done, failed } = await workQueue(queue, {
    ...{ directory: out, cells: opened.cells, text: opened.text, modules: spec.modules ?? [], jobs },
    device: await deviceHere(device),
    threads,
    ...(options.memory !== undefined && { memory: options.memory * 2 ** 30 }),
    ...(options.hours !== undefined && { time: await timeOf(options.hours, device, threads) }),
    ...{ command: commandOf(out), run: inProcesses(worker), signal: terminal.signal },
    observe: (event) => terminal.err(`${eventText(event)}\n`),
  });
  if (status === 'interrupted')
    throw new Interrupted(`${spec.name}: stopped; what was begun went back into the queue.`);
  say(`${done} ${done === 1 ? 'cell' : 'cells'} trained here, ${failed} failed; the sweep ${endText[status]}.\n`);
  return { answer: failed === 0 && status !== 'cancelled', data: { out, status, done, failed } };
}

const endText = {
  finished: 'is finished',
  cancelled: 'was cancelled',
  'out of time': 'goes on without this worker, whose time suffices for no other cell',
} as const;

/** So many hours, and how fast a cell is trained here. */
async function timeOf(hours: number, name: CommonOptions['device'], threads: number | null) {
  const own = hasThreads(name) && threads !== null ? { threads } : {};
  using device = await openDevice({ device: name, ...own });
  return { seconds: 3600 * hours, speed: await trainingSpeed(await yardstick().to(device)) };
}

const eventText = ({ cell, what, message }: WorkEvent): string =>
  `${cell}  ${what}${message === undefined ? '' : `: ${message}`}`;

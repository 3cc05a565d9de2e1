// twill worker: trains cells of a sweep that lies in a queue, on as many machines as there are.
import type { WorkEvent } from '@twilljs/queue/node';
import { inProcesses, threadsPerCell } from '@twilljs/sweep/node';
import { OptionError } from '@twilljs/tensor';
import { worker } from 'twilljs/node';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { hasThreads, requireOne } from '../device.ts';
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
    ],
    notes: [
      'It ends when all cells have ended. Ctrl-C puts its cells away with checkpoints; they go back into the queue, and whoever takes\n' +
        'them goes on there. So do those of a worker that was killed, when --lease of the sweep is over.',
    ],
  })
    .addOption(queueFlag('the queue'))
    .addOption(option('--out <dir>', 'directory of the sweep, shared with the machine that filled the queue'))
    .addOption(jobsFlag());
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
  const { status, done, failed } = await workQueue(queue, {
    ...{ directory: out, cells: opened.cells, text: opened.text, modules: spec.modules ?? [], jobs },
    device: await deviceHere(device),
    threads: options.threads ?? threadsPerCell(jobs),
    ...{ command: commandOf(out), run: inProcesses(worker), signal: terminal.signal },
    observe: (event) => terminal.err(`${eventText(event)}\n`),
  });
  if (status === 'interrupted')
    throw new Interrupted(`${spec.name}: stopped; what was begun went back into the queue.`);
  say(
    `${done} ${done === 1 ? 'cell' : 'cells'} trained here, ${failed} failed; the sweep ${status === 'finished' ? 'is finished' : 'was cancelled'}.\n`,
  );
  return { answer: failed === 0 && status === 'finished', data: { out, status, done, failed } };
}

const eventText = ({ cell, what, message }: WorkEvent): string =>
  `${cell}  ${what}${message === undefined ? '' : `: ${message}`}`;

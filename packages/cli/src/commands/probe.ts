// twill probe: an architecture on a small task of every kind, and its profile beside that of others.

import { basename, extname, join } from 'node:path';
import { readRatio } from '@twilljs/hybrid';
import { duration, type ProfileTask, terminalText, wrapped } from '@twilljs/report';
import { buildReport, loadSweep, writeDrawn, writePictures } from '@twilljs/report/node';
import { mixerNamed } from '@twilljs/sweep';
import { isModulePath } from '@twilljs/sweep/node';
import { nearest, OptionError } from '@twilljs/tensor';
import { Option } from 'commander';
import { known, mixers, profiles, study } from 'twilljs';
import { type Context, makeCommand, type Result } from '../command.ts';
import { option, type Read, readAs, shown } from '../flags.ts';
import { beginsLong, EACH, jobsFlag, type LongAsked, yesFlag } from '../sweep/begin.ts';
import { openSweep, runSweep, type SweepAsked, sizeText, trainedHere } from '../sweep/run.ts';

interface Options extends Omit<SweepAsked, 'out' | 'data'>, LongAsked {
  readonly mixer: readonly string[] | undefined;
  readonly ratio: readonly string[] | undefined;
  readonly seeds: readonly number[] | undefined;
  readonly tasks: readonly string[] | undefined;
  readonly paper: boolean;
  readonly out: string | undefined;
}

export function probe() {
  const seed = readAs('--seeds', { type: 'integer', min: 0, max: 2 ** 53 - 1 });
  const command = makeCommand({
    name: 'probe',
    summary: 'What an architecture can learn: a small model on a task of every kind, its profile beside the others.',
    seed: 'is added to every seed',
    threads: EACH,
    examples: [
      'twill probe --mixer gla',
      'twill probe --mixer deltanet gated-deltanet --ratio pure 1:1 --seeds 1 2 3 --out runs/delta',
      'twill probe --mixer ./my-mixer.ts --tasks mqar-zoology selective-copying',
    ],
    notes: [
      'It is a sweep: run it again with the same --out, and what is finished is kept, what was stopped goes on, what failed is\n' +
        'tried again. It leaves report.md, report.html and the picture by itself, profile.svg; twill report takes its directory\n' +
        'beside those of other sweeps. The others are the mixers of this version, each alone, measured with one seed by this\n' +
        'command.',
      listText('Tasks', profiles.quick.tasks),
      listText('Tasks with --paper', profiles.paper.tasks),
    ],
  })
    .addOption(
      several(
        '--mixer <name...>',
        `one or more of ${mixers.map(({ name }) => name).join(', ')}, or modules with your own`,
        mixer,
      ),
    )
    .addOption(
      several('--ratio <n:1...>', 'with full attention in some layers, as of twill train (default: pure)', ratio),
    )
    .addOption(several('--seeds <n...>', 'a model of each task for every seed (default: 0)', seed))
    .addOption(several('--tasks <name...>', 'some of the tasks, by the names below (default: all)', (text) => text))
    .addOption(new Option('--paper', 'the tasks in the settings of their papers, which take days').default(false))
    .addOption(option('--out <dir>', 'where everything goes (default: runs/probe-<mixer>)'))
    .addOption(jobsFlag())
    .addOption(yesFlag());
  return { command, run: (context: Context, _: readonly string[], options: Options) => runProbe(context, options) };
}

/** A flag with one value or more, none of them twice. */
function several<T>(flags: string, help: string, read: Read<T>): Option {
  const [flag] = flags.split(' ');
  return new Option(flags, help).argParser((text: string, before: readonly T[] = []) => {
    const value = read(text);
    if (!before.includes(value)) return [...before, value];
    throw new OptionError(`${flag} ${shown(String(value))} is given twice; give it once.`);
  });
}

/** A name is looked up at once, so that its flag is named; modules are loaded by the sweep. */
const mixer: Read<string> = (text) => (isModulePath(text) ? text : mixerNamed(known, text, '--mixer').name);

const ratio: Read<string> = (text) => {
  const read = readRatio(text);
  if (read !== null) return read;
  throw new OptionError(
    `--ratio is "${shown(text)}" where 3:1 is needed, three linear layers to a full one, or 4, one full layer in 4, or pure; correct it.`,
  );
};

const listText = (title: string, tasks: readonly ProfileTask[]): string =>
  `${title}:\n${wrapped(tasks.map(({ name }) => name).join(', '), 96).replace(/^/gm, '  ')}`;

async function runProbe(context: Context, options: Options): Promise<Result> {
  const { terminal, note, say } = context;
  const { mixer: asked, ratio = ['pure'], seeds = [0], paper, jobs } = options;
  if (asked === undefined) throw new OptionError('--mixer is missing: it names what is probed, such as gla; add it.');
  const profile = paper ? profiles.paper : profiles.quick;
  const name = `probe${paper ? '-paper' : ''}`;
  const { out = join('runs', [name, ...asked.map(nameIn)].join('-')) } = options;
  const how = { ...options, out, data: undefined };
  terminal.outliveReader();
  const started = performance.now();
  const grids = chosen(profile.tasks, options.tasks).map(({ name, grid }) => ({
    ...{ name, ...grid, mixers: asked, ratios: ratio, seeds },
  }));
  const opened = await openSweep({ name, grids }, how, context);
  const { cells } = opened;
  if (paper && !(await beginsLong('--paper', opened, options, context))) {
    return { answer: false, data: { out, status: 'declined' } };
  }
  note(`${name}: ${sizeText(cells)}, ${jobs} at a time, into ${out}. Ctrl-C stops; the same command goes on.\n`);
  const { failures, skipped } = await runSweep(opened, trainedHere(jobs), how, terminal);
  const sweep = await loadSweep(out, known);
  const report = buildReport([sweep], study);
  const paths = { ...(await writeDrawn(out, report)), pictures: await writePictures(out, report) };
  const seconds = (performance.now() - started) / 1000;
  say(`${terminalText(report, terminal.columns)}\n`);
  for (const { line } of skipped) say(`${line}\n`);
  say(`Report    ${paths.page}\n          ${paths.markdown}\n`);
  for (const picture of paths.pictures) say(`Picture   ${picture}\n`);
  say(`Results   ${join(out, 'results.json')}\nTime      ${duration(seconds)}\n`);
  return {
    answer: failures.size === 0,
    data: { ...{ out, cells: cells.length, failed: Object.fromEntries(failures), seconds }, ...paths },
  };
}

/** What a directory is called after. */
const nameIn = (given: string): string => basename(given, extname(given));

/** @throws OptionError for a name that no task has. */
function chosen(tasks: readonly ProfileTask[], names: readonly string[] | undefined): readonly ProfileTask[] {
  const all = tasks.map(({ name }) => name);
  const strange = names?.find((name) => !all.includes(name));
  if (strange === undefined) return names ? tasks.filter(({ name }) => names.includes(name)) : tasks;
  const near = nearest(strange, all);
  throw new OptionError(
    `--tasks: there is no task "${shown(strange)}" to probe; ${near ? `did you mean ${near}?` : `choose among ${all.join(', ')}.`}`,
  );
}

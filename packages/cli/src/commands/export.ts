// twill export: what was designed here, as jobs of a trainer for clusters.
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { grouped } from '@twilljs/eval';
import { makeDirectory, writeAtomic } from '@twilljs/hub/node';
import { openSpec } from '@twilljs/sweep/node';
import { OptionError } from '@twilljs/tensor';
import { readRunRecord } from '@twilljs/train/node';
import { Argument, Option } from 'commander';
import { known, sweepPresets } from 'twilljs';
import { type CommonOptions, type Context, makeCommand, type Result } from '../command.ts';
import { option } from '../flags.ts';
import { SWEEP, writeFolder } from '../flame/folder.ts';
import { idsOf } from '../flame/ids.ts';
import { type JobsAsked, jobOfRun, jobsOfSweep, specForFlame } from '../flame/jobs.ts';
import { sweepScripts } from '../flame/scripts.ts';
import { requireFree } from '../hub/convert.ts';
import { knownHere } from '../known.ts';
import { tokenizerFlag } from '../tokenizer.ts';

interface Options extends CommonOptions {
  readonly to: 'flame' | undefined;
  readonly preset: keyof typeof sweepPresets | undefined;
  readonly out: string | undefined;
  readonly tokenizer: string | undefined;
  readonly dataset: string | undefined;
  readonly datasetName: string | undefined;
  readonly datasetSplit: string;
  readonly gpus: number;
  readonly nodes: number;
}

/** What is trained on where nobody says, by the names of the Hub. */
const [DATASET, NAME] = ['HuggingFaceFW/fineweb-edu', 'sample-100BT'];

export function exportJobs() {
  const most = { type: 'integer', max: 4096 } as const;
  const command = makeCommand({
    name: 'export',
    summary:
      'Writes a run or a sweep as jobs of flame, which trains FLA models on clusters; twill import reads them back.',
    seed: null,
    device: null,
    examples: [
      'twill export --to flame --preset paper --out paper',
      'twill export --to flame grid.json --out grid --gpus 4',
      'twill export --to flame runs/book --out book --tokenizer org/name',
    ],
    notes: [
      'A job has its configuration, run.sh with every argument, a manifest of the weights that it shall leave, and where FLA would\n' +
        'leave first weights to chance start.py, which writes them. It trains anew: the weights of a run are not part of it.',
      'A step has the tokens that it has here: its sequences are divided among as many cards as divide them evenly.',
      'In the folder: FLAME=/path/to/flame bash run.sh; of a sweep bash all.sh, or with SLURM bash slurm.sh --partition=...',
    ],
  })
    .addArgument(new Argument('[what]', 'directory of a run, a specification of a sweep, or the directory of one'))
    .addOption(new Option('--to <system>', 'what trains').choices(['flame']))
    .addOption(new Option('--preset <name>', 'a specification that has a name').choices(Object.keys(sweepPresets)))
    .addOption(option('--out <dir>', 'a directory that is empty, or is not there yet'))
    .addOption(tokenizerFlag("the run's own, else fla-hub/transformer-1.3B-100B"))
    .addOption(option('--dataset <org/name>', `what is trained on, of the Hub (default: ${DATASET})`))
    .addOption(option('--dataset-name <name>', `its configuration (default: default, of the usual data set ${NAME})`))
    .addOption(option('--dataset-split <name>', 'its part').default('train'))
    .addOption(option('--gpus <n>', 'cards of a node, at most', most).default(8))
    .addOption(option('--nodes <n>', 'nodes of a job', most).default(1));
  return {
    command,
    run: (context: Context, [what]: readonly string[], options: Options) => writeJobs(context, what, options),
  };
}

async function writeJobs(context: Context, what: string | undefined, options: Options): Promise<Result> {
  const { note, say } = context;
  const { out, preset, nodes, gpus, dataset = DATASET } = options;
  if (options.to === undefined) throw new OptionError('--to is missing: it names what trains; add --to flame.');
  if (out === undefined) throw new OptionError('--out is missing: it names the directory of the jobs; add it.');
  requireFree(out);
  const isRun = what !== undefined && existsSync(join(what, 'run.json'));
  const notes = new Set<string>();
  const asked: JobsAsked = {
    data: {
      dataset,
      name: options.datasetName ?? (dataset === DATASET ? NAME : 'default'),
      split: options.datasetSplit,
    },
    cards: { gpus, nodes },
    ids: await idsOf(options.tokenizer, isRun ? what : null, context),
    known: isRun ? await knownHere(readRunRecord(what).origin.modules, what) : known,
    note: (line) => notes.add(line),
  };
  if (isRun) {
    if (preset !== undefined) throw new OptionError(`--preset ${preset} and ${what} are two things; give one of them.`);
    const { manifest, files } = jobOfRun(basename(resolve(what)), readRunRecord(what), asked);
    writeFolder(out, files);
    for (const line of notes) note(`note: ${line}\n`);
    say(
      `${out}: ${sizeText([manifest])}, on ${manifest.cards} cards\nnext        FLAME=/path/to/flame bash ${out}/run.sh\n`,
    );
    return { answer: true, data: { out, ...manifest } };
  }
  const { spec: given, known: all } = await openSpec(sourceOf(what, preset), known);
  const spec = specForFlame(given, { ...asked, known: all });
  const jobs = jobsOfSweep(spec, { ...asked, known: all });
  for (const [name, { files }] of jobs) writeFolder(join(out, 'jobs', name), files);
  writeFolder(out, sweepScripts(spec.name, jobs, nodes));
  makeDirectory(out);
  writeAtomic(join(out, SWEEP), `${JSON.stringify({ version: 1, spec }, null, 1)}\n`);
  for (const line of notes) note(`note: ${line}\n`);
  const manifests = [...jobs.values()].map(({ manifest }) => manifest);
  say(`${out}: ${jobs.size} jobs, ${sizeText(manifests)}\nnext        FLAME=/path/to/flame bash ${out}/all.sh\n`);
  return { answer: true, data: { out, jobs: manifests.map(({ tensors: _, ...manifest }) => manifest) } };
}

function sourceOf(what: string | undefined, preset: Options['preset']): string | object {
  if (preset !== undefined && what !== undefined) {
    throw new OptionError(`--preset ${preset} and ${what} both say what to train; give one of them.`);
  }
  if (preset !== undefined) return sweepPresets[preset];
  if (what === undefined) throw new OptionError('nothing to export: give a run, a specification, or --preset.');
  const record = join(what, 'sweep.json');
  return existsSync(record) ? record : what;
}

function sizeText(manifests: readonly { readonly parameters: number; readonly tokens: number }[]): string {
  const [parameters, tokens] = (['parameters', 'tokens'] as const).map((of) =>
    manifests.reduce((sum, manifest) => sum + manifest[of], 0),
  );
  return `${grouped(parameters)} parameters, ${tokens.toExponential(1).replace('+', '')} tokens`;
}

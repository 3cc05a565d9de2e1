// twill hub: repositories of the Hugging Face Hub, and model directories in their form.
import { bytesText, grouped } from '@twilljs/eval';
import { openFolder, type RepositoryOptions } from '@twilljs/hub/node';
import { Argument, Command, Option } from 'commander';
import {
  type CommandGroup,
  type CommonOptions,
  type Context,
  makeCommand,
  type Result,
  type Runnable,
} from '../command.ts';
import { option } from '../flags.ts';
import { type Conversion, convert, readBytes, requireFree } from '../hub/convert.ts';
import { fetchRepository, modelDirectory } from '../hub/fetch.ts';
import { infoLines, modelInfo } from '../hub/info.ts';
import { adapterFlag } from '../model.ts';

export function hub(): CommandGroup {
  const command = new Command('hub').description(
    'Models and datasets of the Hugging Face Hub: what they hold, into the cache, in another form.',
  );
  return { command, members: [info(), pull(), convertModel()] };
}

/** The flags that say which repository, and how to ask for it. */
function repositoryFlags(command: Command): Command {
  return command
    .addOption(option('--revision <name>', 'a branch, a tag or a commit (default: main)'))
    .addOption(new Option('--dataset', 'a dataset, not a model'))
    .addOption(new Option('--offline', 'leave the network alone, as with HF_HUB_OFFLINE=1'));
}

interface RepositoryFlags extends CommonOptions {
  readonly revision: string | undefined;
  readonly dataset: true | undefined;
  readonly offline: true | undefined;
}

const asked = ({ revision, dataset, offline }: RepositoryFlags): RepositoryOptions => ({
  kind: dataset ? 'dataset' : 'model',
  ...(revision !== undefined && { revision }),
  ...(offline && { offline }),
});

function info(): Runnable {
  const command = repositoryFlags(
    makeCommand({
      name: 'info',
      summary:
        'Tells what a model or a dataset is, without downloading it: files, layers, parameters, whether it loads.',
      seed: null,
      device: null,
      examples: [
        'twill hub info m-a-p/340M-20B-GatedDeltaNet-hybrid-3-1',
        'twill hub info runs/book',
        'twill hub info org/texts --dataset',
      ],
      notes: [
        'Parameters are counted in the headers of the safetensors files. Of the paper (m-a-p/...) only the names and\n' +
          'configurations of Gated DeltaNet are confirmed; what else Twill expects is a guess, and is called one.',
      ],
    }),
  ).addArgument(new Argument('<model>', 'org/name, or a directory'));
  return {
    command,
    run: async (context: Context, [where]: readonly string[], options: RepositoryFlags): Promise<Result> => {
      const { say, note, terminal } = context;
      const opened = await openFolder(where, { ...asked(options), signal: terminal.signal });
      for (const line of opened.notes) note(`note: ${line}\n`);
      const { commit, files } = opened;
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      say(`${where}${commit === null ? '' : `, commit ${commit}`}\n`);
      say(`files      ${grouped(files.length)}, ${bytesText(bytes)}\n`);
      for (const file of files.slice(0, LISTED)) say(`  ${bytesText(file.bytes).padStart(9)}  ${file.path}\n`);
      if (files.length > LISTED) say(`  and ${grouped(files.length - LISTED)} more; --json lists all\n`);
      const model = options.dataset ? null : await modelInfo(where, opened);
      for (const line of model ? infoLines(model) : []) say(`${line}\n`);
      return { answer: true, data: { id: where, commit, bytes, files, ...(model && { model }) } };
    },
  };
}

/** Files that are listed at most. */
const LISTED = 40;

interface PullOptions extends RepositoryFlags {
  readonly include: readonly string[] | undefined;
}

function pull(): Runnable {
  const command = repositoryFlags(
    makeCommand({
      name: 'pull',
      summary: 'Fetches a repository into the cache of Hugging Face, and prints the directory.',
      seed: null,
      device: null,
      examples: [
        'twill hub pull m-a-p/340M-20B-GatedDeltaNet-hybrid-3-1',
        "twill hub pull org/texts --dataset --include 'data/train-*.parquet'",
        'ls $(twill hub pull org/name --revision v1.0)',
      ],
      notes: [
        'Without --include it takes of a model what Twill reads (configuration, tokenizer, safetensors at the top), of a\n' +
          'dataset all. A pattern without a slash is one for names in any folder; * stays within a name, ** goes over folders.',
        'HF_TOKEN is the token for gated and private repositories, HF_HUB_CACHE the cache, HF_ENDPOINT another Hub.',
        'What was interrupted goes on where it was: run it again.',
      ],
    }),
  )
    .addArgument(new Argument('<id>', 'org/name'))
    .addOption(new Option('--include <pattern...>', "only files of these names: '*.json' 'data/train-*'"));
  return {
    command,
    run: async (context: Context, [id]: readonly string[], options: PullOptions): Promise<Result> => {
      const { include: files } = options;
      const found = await fetchRepository(id, { ...asked(options), ...(files && { files }) }, context);
      context.say(`${found.directory}\n`);
      return { answer: true, data: { id, ...found } };
    },
  };
}

interface ConvertOptions extends RepositoryFlags {
  readonly dtype: Conversion['dtype'];
  readonly maxShardSize: number | undefined;
  readonly adapter: string | undefined;
}

function convertModel(): Runnable {
  const command = makeCommand({
    name: 'convert',
    summary:
      'Writes a model anew, as FLA and Transformers read it: in bf16 or f32, in one file or several, an adapter merged into it.',
    seed: null,
    device: null,
    examples: [
      'twill hub convert org/name small --dtype bf16',
      'twill hub convert runs/book shards --max-shard-size 500MB',
      'twill hub convert org/name merged --adapter runs/adapted',
    ],
    notes: [
      'The tokenizer and what else belongs to a model goes along. The whole model is in memory meanwhile.',
      'bf16 is for matrices; norms, convolutions and single vectors stay f32.',
      'The run of an adapter is written with the adapter merged into its model; learned states cannot be.',
    ],
  })
    .addArgument(new Argument('<model>', 'org/name, or a directory'))
    .addArgument(new Argument('<out>', 'a directory that is empty, or is not there yet'))
    .addOption(option('--revision <name>', 'of a model of the Hub: a branch, a tag or a commit (default: main)'))
    .addOption(
      option('--dtype <type>', 'how matrices are written: f32, bf16, or as they are in the file', {
        type: 'string',
        oneOf: ['f32', 'bf16', 'file'],
      }).default('file', 'file'),
    )
    .addOption(adapterFlag('an adapter that becomes part of the weights: '))
    .addOption(option('--max-shard-size <size>', 'bytes of a file at most, such as 500MB (default: 5GB)', readBytes));
  return {
    command,
    run: async (context: Context, [where, out]: readonly string[], options: ConvertOptions): Promise<Result> => {
      requireFree(out);
      const { revision, dtype, adapter, maxShardSize: maxShardBytes } = options;
      const directory = await modelDirectory(where, context, revision);
      return convert(directory, out, { dtype, adapter, maxShardBytes }, context);
    },
  };
}

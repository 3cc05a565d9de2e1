// twill hub: repositories of the Hugging Face Hub, and model directories in their form.
import type { RepositoryOptions } from '@twilljs/hub/node';
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
import { fetchRepository } from '../hub/fetch.ts';

export function hub(): CommandGroup {
  const command = new Command('hub').description(
    'Models and datasets of the Hugging Face Hub: what they hold, into the cache, in another form.',
  );
  return { command, members: [pull()] };
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

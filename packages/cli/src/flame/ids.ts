// The ids that a job of flame is trained on: whose tokenizer, and what a configuration has to say of it.
import { existsSync } from 'node:fs';
import { isRepositoryId } from '@twilljs/hub/node';
import { OptionError } from '@twilljs/tensor';
import type { Context } from '../command.ts';
import { openTokenizer } from '../tokenizer.ts';

/** A tokenizer that flame reads. */
export interface FlameIds {
  /** A model of the Hub, or texts of files by name. */
  readonly tokenizer: string | Readonly<Record<string, string>>;
  /** For messages. */
  readonly name: string;
  readonly size: number;
  readonly bos: number | null;
  readonly eos: number | null;
}

/** That of flame's own configurations, and of the paper: Mistral's 32,000 pieces. */
const USUAL: FlameIds = {
  ...{
    tokenizer: 'fla-hub/transformer-1.3B-100B',
    name: 'fla-hub/transformer-1.3B-100B',
    size: 32_000,
    bos: 1,
    eos: 2,
  },
};

const SETTINGS = 'tokenizer_config.json';

/**
 * @param asked by `--tokenizer`. @param directory of a run, whose own is taken where the flag names none.
 * @throws OptionError for bytes, of which flame has no tokenizer.
 */
export async function idsOf(asked: string | undefined, directory: string | null, context: Context): Promise<FlameIds> {
  if (asked === undefined && directory === null) return USUAL;
  const { tokenizer, files } = await openTokenizer(asked, directory, context);
  if (!files) {
    if (asked === undefined) return USUAL;
    throw new OptionError(`--tokenizer is ${asked}, and flame reads those of Hugging Face; name one, or leave it out.`);
  }
  const { vocabSize: size, bosId: bos, eosId: eos } = tokenizer;
  const isOnHub = asked !== undefined && isRepositoryId(asked) && !existsSync(asked);
  // Without it Transformers does not know what a tokenizer.json is.
  const settings = { [SETTINGS]: `${JSON.stringify({ tokenizer_class: 'PreTrainedTokenizerFast' })}\n` };
  return { tokenizer: isOnHub ? asked : { ...settings, ...files }, name: asked ?? `${directory}`, size, bos, eos };
}

/** A configuration of these ids: as many as there are, or more where it has more. */
export const withIds = (config: Readonly<Record<string, unknown>>, { size, bos, eos }: FlameIds) => ({
  ...config,
  vocab_size: Math.max(size, Number(config.vocab_size ?? 0)),
  ...{ bos_token_id: bos, eos_token_id: eos },
});

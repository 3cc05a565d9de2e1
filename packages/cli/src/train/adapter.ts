// Flags that say what is learned beside a model, and the adapter that they mean.
import type { AdapterConfig, LoraConfig } from '@twilljs/adapters';
import { OptionError } from '@twilljs/tensor';
import type { RunRecord } from '@twilljs/train/node';
import { Option } from 'commander';
import { option, type Read, shown } from '../flags.ts';

/** What stands on the command line. */
export interface AdapterFlags {
  readonly lora?: LoraConfig['target_modules'];
  readonly loraRank?: number;
  readonly loraAlpha?: number;
  readonly tuneStates?: boolean;
}

const ALL = 'all-linear';
const usual = { r: 8, lora_alpha: 16 };

const modules: Read<LoraConfig['target_modules']> = (text) => {
  const names = text.split(',').map((name) => name.trim());
  if (!names.includes('')) return text === ALL ? ALL : names;
  throw new OptionError(`--lora is "${shown(text)}" where q_proj,v_proj or ${ALL} is needed; correct it.`);
};

export const adapterFlags = (): Option[] => [
  option(
    '--lora <names>',
    `learn a low-rank adapter (LoRA) of these linear layers of --init, such as q_proj,v_proj, or ${ALL}; the model stays as it is`,
    modules,
  ),
  option('--lora-rank <n>', `its rank (default: ${usual.r})`, { type: 'integer', max: 65536 }),
  option('--lora-alpha <x>', `its scale times the rank (default: ${usual.lora_alpha})`, { type: 'number', above: 0 }),
  new Option('--tune-states', 'learn in what state the linear mixers of --init begin; the model stays as it is'),
];

/**
 * The adapter that is asked for, or that of a run that goes on, in which what is asked for now takes the place of what was.
 *
 * @param base what `--init` names, for who reads the adapter.
 * @throws OptionError where flags contradict each other, or there is no model to adapt.
 */
export function adapterOf(
  { lora, loraRank, loraAlpha, tuneStates }: AdapterFlags,
  record: RunRecord | null,
  base: string | undefined,
): AdapterConfig | null {
  if (lora !== undefined && tuneStates) {
    throw new OptionError('--lora and --tune-states both say what is learned; give one of them.');
  }
  const before = record?.adapter as AdapterConfig | null | undefined;
  const isLora = lora !== undefined || (before?.peft_type === 'LORA' && !tuneStates);
  const more =
    loraRank !== undefined ? `--lora-rank ${loraRank}` : loraAlpha !== undefined ? `--lora-alpha ${loraAlpha}` : null;
  if (more && !isLora)
    throw new OptionError(`${more} is of a low-rank adapter but there is no --lora; add it, or leave this out.`);
  if (!isLora && !tuneStates) return before ?? null;
  if (!record && base === undefined) {
    throw new OptionError(
      `${isLora ? '--lora' : '--tune-states'} adapts a model but there is no --init that names it; add it, such as --init runs/book.`,
    );
  }
  const labels = { base_model_name_or_path: base ?? null };
  if (!isLora) return before?.peft_type === 'STATE' ? before : { peft_type: 'STATE', ...labels };
  const usually: LoraConfig = { peft_type: 'LORA', ...usual, target_modules: ALL, task_type: 'CAUSAL_LM', ...labels };
  return {
    ...(before?.peft_type === 'LORA' ? before : usually),
    ...(lora !== undefined && { target_modules: lora }),
    ...(loraRank !== undefined && { r: loraRank }),
    ...(loraAlpha !== undefined && { lora_alpha: loraAlpha }),
  };
}

/** What was refused of an adapter, in the words of the flag that asked for it. */
export function byFlag(error: unknown): unknown {
  if (!(error instanceof OptionError)) return error;
  const message = error.message
    .replace(/^addAdapter: target_modules/, '--lora')
    .replace(/^addAdapter: (no layer)/, '--tune-states: $1');
  return message === error.message ? error : new OptionError(message, { cause: error });
}

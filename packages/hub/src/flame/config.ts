// A configuration as FLA's own classes read it, complete: flame builds models from it, and converts by it.
import { hybridConfig } from '@twilljs/hybrid';
import type { MixerFamily, ModelConfig } from '@twilljs/nn';
import { OptionError } from '@twilljs/tensor';
import { beyondFla } from '../model.ts';

type Json = Readonly<Record<string, unknown>>;

/** Models of FLA, and the kernels with which they are trained; the Transformer has no choice. */
const kernels: Readonly<Record<string, string | null>> = {
  ...{ hgrn: 'chunk', hgrn2: 'chunk', retnet: 'chunk', gla: 'chunk', delta_net: 'chunk', gated_deltanet: 'chunk' },
  ...{ kda: 'chunk', transformer: null },
};

/** Short forms of Twill, and what it says of ids: nothing to FLA. */
const ours: ReadonlySet<string> = new Set(['ratio', 'convention', 'pattern', 'layers', 'vocabulary', 'readout']);

/** All keys that FLA's softmax layers have in `attn`. */
const attnKeys = ['layers', 'num_heads', 'num_kv_heads', 'qkv_bias', 'window_size', 'rope_theta'] as const;

/**
 * @param config of a model, in any form that `hybrid` takes.
 * @param apart whether documents do not see each other, for which HGRN has one kernel only.
 * @throws OptionError for a model that FLA does not have.
 */
export function flaConfig(config: Json, families: readonly MixerFamily[], apart: boolean): Json {
  const read = hybridConfig(config, families);
  const beyond = beyondFla({ config: read });
  if (beyond) throw new OptionError(`flame: ${beyond}`);
  const { json } = read;
  const type = String(json.model_type);
  if (!Object.hasOwn(kernels, type)) {
    throw new OptionError(
      `flame: model_type is ${type}, of which FLA has no model; it has ${Object.keys(kernels).join(', ')}.`,
    );
  }
  const kept = Object.entries(json).filter(([name]) => !ours.has(name) && name !== 'attn');
  const mode = type === 'hgrn' && apart ? 'fused_recurrent' : kernels[type];
  return {
    ...Object.fromEntries(kept),
    ...(type !== 'transformer' && { attn: attnOf(read) }),
    ...(mode && { attn_mode: mode }),
    ...(type === 'hgrn2' && { num_heads: Number(json.hidden_size) / Number(json.expand_ratio) }),
    torch_dtype: 'float32',
  };
}

function attnOf({ attn }: ModelConfig): Json | null {
  const [entry, other] = attn;
  if (!entry) return null;
  if (other) {
    throw new OptionError(
      'flame: attn lists several kinds of softmax layers, and the FLA of flame reads one; leave one.',
    );
  }
  const values: Json = entry.values;
  const strange = Object.keys(values).find(
    (key) => !attnKeys.includes(key as never) && values[key] !== null && values[key] !== false,
  );
  if (strange !== undefined) {
    throw new OptionError(
      `flame: attn: ${strange} is ${values[strange]}, which FLA's layers do not have; leave it out.`,
    );
  }
  const { num_heads } = values;
  return Object.fromEntries(attnKeys.map((key) => [key, values[key] ?? (key === 'num_kv_heads' ? num_heads : null)]));
}

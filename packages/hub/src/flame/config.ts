// A configuration as FLA's own classes read it, complete: flame builds models from it, and converts by it.
import { hybridConfig } from '@twilljs/hybrid';
import type { MixerFamily, ModelConfig } from '@twilljs/nn';
import { OptionError } from '@twilljs/tensor';
import { beyondFla } from '../model.ts';

type Json = Readonly<Record<string, unknown>>;

/** Short forms of Twill, and what it says of ids: nothing to FLA. */
const ours: ReadonlySet<string> = new Set(['ratio', 'convention', 'pattern', 'layers', 'vocabulary', 'readout']);

/** All keys that FLA's softmax layers have in `attn`. */
const attnKeys = ['layers', 'num_heads', 'num_kv_heads', 'qkv_bias', 'window_size', 'rope_theta'] as const;

/**
 * @param config of a model, in any form that `hybrid` takes. @param apart whether documents do not see each other.
 * @throws OptionError for a model that FLA does not have.
 */
export function flaConfig(config: Json, families: readonly MixerFamily[], apart: boolean): Json {
  const read = hybridConfig(config, families);
  const beyond = beyondFla({ config: read });
  if (beyond) throw new OptionError(`flame: ${beyond}`);
  const { json, mixers } = read;
  const [{ family }] = mixers;
  if (!family.fla) {
    throw new OptionError(
      `flame: model_type is ${family.model_type}, of which FLA has no model; choose another mixer.`,
    );
  }
  const { kernel, filled } = family.fla;
  const kept = Object.entries(json).filter(([name]) => !ours.has(name) && name !== 'attn');
  return {
    ...Object.fromEntries(kept),
    ...filled?.(json),
    ...(kernel && { attn: attnOf(read), attn_mode: apart ? kernel.apart : kernel.usual }),
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

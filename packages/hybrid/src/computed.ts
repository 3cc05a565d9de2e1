// What a model computes, as its configuration says it: what a cache is held against, since states of one shape fit many models.
import { type ModelConfig, unreadName } from '@twilljs/nn';

type Json = Readonly<Record<string, unknown>>;

/** Fields by name. */
export type Computed = Json;

/** Fields that change no number of a forward, and short forms that `attn` has written out. */
const idle =
  /^(architectures|dtype|torch_dtype|vocabulary|ratio|convention|pattern|initializer_range|use_cache|use_l2warp|fuse_.*|(bos|eos|pad)_token_id|max_position_embeddings)$/;

/** The fields that the logits of a model depend on, however its configuration was written. */
export function computedBy({ json, model, mixers, attn }: ModelConfig): Computed {
  // Fields of several mixers are read layer by layer: there they are as they were written.
  const fields = mixers.length > 1 ? json : { model_type: json.model_type, ...model, ...mixers[0].fields };
  const entries = Object.entries(fields).filter(([name]) => !idle.test(name) && !unreadName.test(name));
  return { ...Object.fromEntries(entries), attn: attn.map(({ values }) => values) };
}

/** The first field in which a model differs from this one, in words: `vocab_size is 64 there but 128 here`; null for none. */
export function differenceOf(other: Computed, own: Computed): string | null {
  const text = (fields: Computed, name: string) =>
    (Object.hasOwn(fields, name) && JSON.stringify(fields[name])) || 'absent';
  const names = [...Object.keys(own), ...Object.keys(other)];
  const name = names.find((each) => text(other, each) !== text(own, each));
  return name === undefined ? null : `${name} is ${brief(text(other, name))} there but ${brief(text(own, name))} here`;
}

const brief = (text: string): string => (text.length > 200 ? `${text.slice(0, 197)}...` : text);

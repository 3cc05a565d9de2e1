// The models that are measured: FLA's seven types in the sizes that the paper scales them to, written as directories that all sides read.
// The library is loaded when the first is made, so that a wrong option is told at once.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Size {
  readonly width: number;
  readonly layers: number;
  /** Width of the gated MLP. */
  readonly ffn: number;
}

const heads = (width: number) => Math.max(1, Math.floor(width / 32));

/** What differs between the types, of a width. */
const families: Record<string, (width: number) => object> = {
  transformer: (d) => ({ num_heads: heads(d) }),
  hgrn: () => ({ use_short_conv: false }),
  hgrn2: () => ({ expand_ratio: 32 }),
  retnet: (d) => ({ num_heads: heads(d), expand_k: 1, expand_v: 2 }),
  gla: (d) => ({ num_heads: heads(d), expand_k: 0.5, expand_v: 1 }),
  delta_net: (d) => ({ num_heads: heads(d), expand_k: 1, expand_v: 1 }),
  gated_deltanet: (d) => ({ num_heads: heads((3 * d) / 4), head_dim: 32, expand_v: 2 }),
};

export const familyNames = Object.keys(families);
export const VOCABULARY = 256;

export function configOf(family: string, { width, layers, ffn }: Size) {
  const size = { hidden_size: width, num_hidden_layers: layers, intermediate_size: ffn, vocab_size: VOCABULARY };
  return { model_type: family, ...size, norm_eps: 1e-6, tie_word_embeddings: false, ...families[family](width) };
}

/** Writes a model of its own weights into a folder. @returns the directory. */
export async function modelIn(folder: string, family: string, size: Size): Promise<string> {
  const directory = join(folder, `${family}-${size.width}`);
  const [{ save }, { hybrid, initializer, mixers }] = await Promise.all([
    import('@twilljs/hub/node'),
    import('twilljs'),
  ]);
  using model = await hybrid(configOf(family, size), { mixers, init: initializer(1, 0.02) });
  await save(directory, model);
  return directory;
}

/** Writes a batch of random bytes into a folder. @returns the file. */
export async function batchOf(folder: string, B: number, T: number): Promise<string> {
  const { rng } = await import('@twilljs/tensor');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `batch-${B}-${T}.json`);
  writeFileSync(file, JSON.stringify({ B, T, ids: [...rng(1).ints(B * T, VOCABULARY)] }));
  return file;
}

export const sizeText = (family: string, { width, layers }: Size) => `${family}, width ${width} x ${layers}`;

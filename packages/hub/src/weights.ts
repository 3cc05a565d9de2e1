// Stored tensors against a model's parameters: matched by name with no key map.
import { FileError, OptionError, type Shape, sameShape, shown } from '@twilljs/tensor';
import { brief } from './header.ts';
import { bytesIn, type StoredTensor, storedTypes, type TensorSource } from './stored.ts';

/** For each parameter the tensor that it is read from, and what was done to find it. */
export interface Matched<T extends TensorSource = StoredTensor> {
  /** The stored tensor of every parameter, in the order in which they are stored. */
  readonly sources: ReadonlyMap<string, T>;
  /** What was ignored or rearranged, one line each. */
  readonly notes: readonly string[];
}

/** Keys that may be stored without a parameter of their name: no forward pass reads them. */
const unusedKeys: readonly { readonly key: RegExp; readonly why: string }[] = [
  { key: /\.attn\.D$/, why: 'a parameter of Gated DeltaNet until March 2025 that its forward pass never read' },
  { key: /\.attn\.q_conv1d\.weight$/, why: 'a convolution of HGRN until June 2025 that its forward pass never read' },
  { key: /^lm_head\.weight$/, why: 'the configuration ties the head to the embedding' },
  {
    key: /(^|\.)(inv_freq|(cos|sin)_cached|rotary(_emb)?\..*)$/,
    why: 'a buffer of rotary positions, which are computed',
  },
  { key: /(^|\.)(num_batches_tracked|position_ids|_extra_state)$/, why: 'a buffer that no layer here has' },
];

/** What wrappers of training put before and between the parts of a name: DDP, torch.compile, FSDP, activation checkpoints, Fabric, PEFT. */
const WRAPPER =
  /(?<=^|\.)(module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|_forward_module|base_model\.model)\./g;

/** Names in a message before it says how many more there are. */
const SHOWN = 5;

/**
 * Finds the stored tensor of every parameter.
 *
 * Keys that older versions of FLA wrote and never read, and buffers, are left out with a note; names that a wrapper of training
 * made longer (`module.`, `_orig_mod.`, `model.` twice) are cut; an MLP stored as one `gate_proj` of [2I,D] is split. A tied head (no parameter `lm_head.weight`) may be stored all the same.
 *
 * @param parameters Shapes by name.
 * @param aliases Other names of a mixer's parameters: the parameter's own to the stored one.
 * @param where Name of the file or directory, for messages.
 * @throws FileError listing the first missing, unexpected and wrongly shaped keys, and how many there are.
 */
export function matchWeights<T extends TensorSource>(
  parameters: ReadonlyMap<string, { readonly shape: Shape }>,
  stored: ReadonlyMap<string, T>,
  where: string,
  aliases: Readonly<Record<string, string>> = {},
): Matched<T> {
  const isNamed = (map: unknown) => map instanceof Map && [...map.keys()].every((name) => typeof name === 'string');
  if (!isNamed(parameters) || !isNamed(stored)) {
    throw new OptionError(
      `${where}: weights are ${shown(stored)} for ${shown(parameters)} where two maps by name are needed; give those of params(model) and of a file.`,
    );
  }
  const notes: string[] = [];
  const available = splitFusedGates(
    parameters,
    renamed(parameters, unwrapped(parameters, stored, notes), aliases, notes),
    notes,
  );
  const fits = new Set<string>();
  const missing: string[] = [];
  const misshapen: string[] = [];
  for (const [name, { shape }] of parameters) {
    const source = available.get(name);
    if (!source) missing.push(`${name} [${shape}]`);
    else if (!sameShape(source.shape, shape)) misshapen.push(`${name} is [${source.shape}] for [${shape}]`);
    else if ('min' in storedTypes[source.dtype]) misshapen.push(`${name} is ${source.dtype} where floats are needed`);
    else fits.add(name);
  }
  const sources = new Map<string, T>();
  const left: string[] = [];
  for (const [name, source] of available) {
    if (fits.has(name)) sources.set(name, source);
    else if (!parameters.has(name)) left.push(name);
  }
  const unexpected = left.filter((name) => unusedKeys.every(({ key }) => !key.test(name)));
  for (const { key, why } of unusedKeys) {
    noteOn(
      'ignored',
      left.filter((name) => key.test(name)),
      why,
      notes,
    );
  }
  const problems = [
    listed('missing', missing),
    listed('not of this model', unexpected, (name) => `${name} [${available.get(name)!.shape}]`),
    listed('wrong', misshapen),
    misshapen.some((line) => /\.attn\.[qk]_norm\.weight is /.test(line))
      ? 'norms of queries and keys over all heads at once, of FLA before April 2025, are not computed here'
      : '',
  ].filter(Boolean);
  if (problems.length === 0) return { sources, notes };
  throw new FileError(
    `${where}: the weights do not fit the configuration: ${problems.join('; ')}; give weights and config.json of one model.`,
  );
}

function listed(kind: string, names: readonly string[], text = (name: string): string => name): string {
  if (names.length === 0) return '';
  const more = names.length > SHOWN ? `, ... ${names.length - SHOWN} more` : '';
  const first = names.slice(0, SHOWN).map((name) => brief(text(name)));
  return `${names.length} ${kind} (${first.join(', ')}${more})`;
}

/** One line for all keys that met the same fate. */
export function noteOn(fate: string, names: readonly string[], why: string, notes: string[]): void {
  if (names.length === 0) return;
  const others = names.length > 1 ? ` and ${names.length - 1} more like it` : '';
  notes.push(`${brief(names[0])}${others}: ${fate}, ${why}.`);
}

/** Tensors under the names that they had before a wrapper; one that no parameter has keeps its own. */
function unwrapped<T>(
  parameters: ReadonlyMap<string, unknown>,
  stored: ReadonlyMap<string, T>,
  notes: string[],
): ReadonlyMap<string, T> {
  const result = new Map<string, T>();
  const cut = new Map<string, string>();
  for (const [name, tensor] of stored) {
    const own = ownName(parameters, name);
    const isTaken = own !== name && (stored.has(own) || result.has(own));
    if (own !== name && !isTaken && parameters.has(own)) cut.set(name, own);
    result.set(isTaken ? name : own, tensor);
  }
  const [first] = cut.values();
  noteOn('renamed', [...cut.keys()], `this model calls it ${first}`, notes);
  return result;
}

/** Without what a wrapper put there, and with `model.` or without, as a parameter has it. */
function ownName(parameters: ReadonlyMap<string, unknown>, name: string): string {
  if (parameters.has(name)) return name;
  const bare = name.replace(WRAPPER, '');
  return [bare, bare.replace(/^model\./, ''), `model.${bare}`].find((key) => parameters.has(key)) ?? bare;
}

/** Parameters stored under another name: settings that change no number change some names. */
function renamed<T>(
  parameters: ReadonlyMap<string, unknown>,
  stored: ReadonlyMap<string, T>,
  aliases: Readonly<Record<string, string>>,
  notes: string[],
): ReadonlyMap<string, T> {
  const result = new Map(stored);
  for (const [own, other] of Object.entries(aliases)) {
    const moved: string[] = [];
    for (const name of parameters.keys()) {
      const alias = name.replace(`.attn.${own}.`, `.attn.${other}.`);
      const source = stored.get(alias);
      if (alias === name || !source || stored.has(name) || parameters.has(alias)) continue;
      result.delete(alias);
      result.set(name, source);
      moved.push(alias);
    }
    noteOn('renamed', moved, `this configuration calls it ${own}`, notes);
  }
  return result;
}

/** FLA stored `gate_proj` over `up_proj` as one matrix in February 2025. */
function splitFusedGates<T extends TensorSource>(
  parameters: ReadonlyMap<string, { readonly shape: Shape }>,
  stored: ReadonlyMap<string, T>,
  notes: string[],
): ReadonlyMap<string, T> {
  const parts = new Map<string, T>();
  const split: string[] = [];
  for (const [name, { shape }] of parameters) {
    if (!name.endsWith('.mlp.gate_proj.weight')) continue;
    const up = name.replace('gate_proj', 'up_proj');
    const fused = stored.get(name);
    if (!fused || stored.has(up) || !sameShape(fused.shape, [2 * shape[0], ...shape.slice(1)])) continue;
    parts.set(name, rows(fused, 0, shape));
    parts.set(up, rows(fused, shape[0], shape));
    split.push(name);
  }
  noteOn('split', split, 'it holds gate_proj above up_proj', notes);
  return parts.size === 0 ? stored : new Map([...stored, ...parts]);
}

/** The part of a matrix that starts at a row. */
function rows<T extends TensorSource>(whole: T, first: number, shape: Shape): T {
  const { dtype } = whole;
  const begin = first * shape.slice(1).reduce((n, d) => n * d, storedTypes[dtype].bytes);
  const part: TensorSource =
    'bytes' in whole
      ? { dtype, shape, bytes: whole.bytes.subarray(begin, begin + bytesIn({ ...whole, shape })) }
      : { dtype, shape, copy: (from, into) => whole.copy(begin + from, into) };
  return part as T; // it is where the whole is
}

// The names of an adapter's tensors in files: PEFT puts the name of its own wrapper before every one.
import { type StoredTensor, storedTypes } from '@twilljs/hub';
import { FileError, sameShape, type Tensor } from '@twilljs/tensor';

export const PREFIX = 'base_model.model.';

/** Names in a message before it says how many more there are. */
const SHOWN = 4;

/**
 * The stored tensor of every parameter, by its path in the model.
 *
 * @throws FileError naming what is missing, what is too many and what has another shape.
 */
export function matched(
  parameters: ReadonlyMap<string, Tensor>,
  stored: ReadonlyMap<string, StoredTensor>,
  where: string,
): Map<string, StoredTensor> {
  const sources = new Map<string, StoredTensor>();
  const missing: string[] = [];
  const wrong: string[] = [];
  for (const [path, { shape }] of parameters) {
    const source = stored.get(PREFIX + path);
    if (!source) missing.push(path);
    else if (!sameShape(source.shape, shape)) wrong.push(`${path} is [${source.shape}] for [${shape}]`);
    else if ('min' in storedTypes[source.dtype]) wrong.push(`${path} is ${source.dtype} where floats are needed`);
    else sources.set(path, source);
  }
  const others = [...stored.keys()].filter(
    (key) => !parameters.has(key.replace(PREFIX, '')) || !key.startsWith(PREFIX),
  );
  const problems = [
    listed('missing', missing),
    listed('not named by the configuration, or not in this model', others),
    listed('wrong', wrong),
  ].filter((text) => text !== '');
  if (problems.length === 0) return sources;
  throw new FileError(
    `${where}: does not fit adapter_config.json and this model: ${problems.join('; ')}; give the model that the adapter was made for.`,
  );
}

function listed(kind: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > SHOWN ? `, ... ${names.length - SHOWN} more` : '';
  return `${names.length} ${kind} (${names.slice(0, SHOWN).join(', ')}${more})`;
}

// Adapters as files, in memory.
import { readWeights, serializeConfig, serializeSafetensors } from '@twilljs/hub';
import { type Adapter, requireAdapter } from './adapter.ts';
import { PREFIX } from './keys.ts';
import { CONFIG, WEIGHTS } from './load.ts';

/**
 * What `saveAdapter` writes, by name: the configuration, as it was read where it was, and the tensors under PEFT's names.
 *
 * @throws OptionError for an adapter that was merged or removed.
 */
export async function filesOfAdapter(adapter: Adapter): Promise<Map<string, Uint8Array>> {
  requireAdapter('filesOfAdapter', adapter);
  adapter.requireHere('save');
  const { parameters, config, text } = adapter;
  const tensors = [...(await readWeights(parameters))].map(([path, tensor]) => [PREFIX + path, tensor] as const);
  tensors.sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map([
    [WEIGHTS, serializeSafetensors(tensors, { format: 'pt' })],
    [CONFIG, new TextEncoder().encode(text ?? serializeConfig(config))],
  ]);
}

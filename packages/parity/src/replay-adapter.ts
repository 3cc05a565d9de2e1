// Replays the golden of an adapter: what a model computes with it, beside its weights and merged into them, and its files written back.
import { join } from 'node:path';
import { filesOfAdapter } from '@twilljs/adapters';
import { loadAdapter } from '@twilljs/adapters/node';
import { parseSafetensors, type StoredTensor, toF64 } from '@twilljs/hub';
import { load, readFile } from '@twilljs/hub/node';
import type { MixerFamily } from '@twilljs/nn';
import type { Device } from '@twilljs/tensor';
import { readModelGolden } from './golden-model.ts';
import { type Measured, measure } from './measured.ts';
import { forward, replayExpected } from './replay-model.ts';
import type { AdapterTarget } from './targets.ts';

/** What PEFT puts before the name of every module. */
const PREFIX = 'base_model.model.';

export async function replayAdapter(
  { path, model: directory }: AdapterTarget,
  mixers: readonly MixerFamily[],
  device: Device,
): Promise<Measured[]> {
  const where = join(path, 'expected.safetensors');
  const { gradients, ...golden } = readModelGolden(readFile(where), where);
  const bare = new Map([...gradients].map(([key, expected]) => [key.replace(PREFIX, ''), expected]));
  const { model } = await load(directory, { mixers, device });
  const { adapter } = await loadAdapter(model, path);
  const measured = await replayExpected(model, { ...golden, gradients: bare });
  const written = await filesOfAdapter(adapter);
  for (const [name, bytes] of written)
    measured.push(...writtenBack(name, bytes, readFile(join(path, name)), device.float));
  await adapter.merge();
  const merged = await forward(model, golden.inputIds, { ...golden, gradients: bare });
  return [...measured, ...merged.map((one) => ({ ...one, tensor: `merged.${one.tensor}` }))];
}

/** Tensors by their names and numbers; a configuration byte for byte. */
function writtenBack(name: string, ours: Uint8Array, theirs: Uint8Array, float: Device['float']): Measured[] {
  const exactly = (isSame: boolean, tensor: string): Measured => ({
    tensor: `written.${tensor}`,
    error: isSame ? 0 : Number.POSITIVE_INFINITY,
    tolerance: 0,
    worst: 0,
  });
  if (!name.endsWith('.safetensors')) return [exactly(Buffer.compare(ours, theirs) === 0, name)];
  const [now, before] = [parseSafetensors(ours, name).tensors, parseSafetensors(theirs, name).tensors];
  const same = [...now.keys()].join() === [...before.keys()].join();
  const numbers = (tensor: StoredTensor, key: string) => toF64(tensor, key);
  return [
    exactly(same, 'keys'),
    ...[...before].flatMap(([key, tensor]) => {
      const own = now.get(key);
      if (!own) return [];
      const measured = measure(`written.${key}`, 'out', numbers(own, key), numbers(tensor, key), float);
      return [{ ...measured, tolerance: 0 }];
    }),
  ];
}

// Replays every golden model: logits, residual stream, loss, all gradients, decoding, packed sequences, and twelve steps of training.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { replayGoldens } from '@twilljs/parity/node';
import type { Device } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { describe, expect, it } from 'vitest';

export const folder = fileURLToPath(new URL('models', import.meta.url));
export const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'config.json')));

export function replayModels(devices: readonly [label: string, Device][], models = names): void {
  describe.each(devices)('golden models on %s', (_, device) => {
    it.each(models)('%s', async (name) => {
      const { replayed, skipped, broken } = await replayGoldens([join(folder, name)], { mixers, device, label: '' });
      expect([...skipped, ...broken]).toEqual([]);
      const [{ measured }] = replayed;
      expect(measured.map(({ tensor }) => tensor)).toEqual(
        expect.arrayContaining(['logits', 'loss', 'decode', 'hidden.0']),
      );
      expect(measured.filter(({ error, tolerance }) => !(error <= tolerance))).toEqual([]);
    });
  });
}

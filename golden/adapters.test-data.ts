// Replays every golden adapter: logits, loss, gradients, decoding; merged; and its files written back.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { replayGoldens } from '@twilljs/parity/node';
import type { Device } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('adapters', import.meta.url));

export function replayAdapters(devices: readonly (readonly [label: string, Device])[]): void {
  describe.each(devices)('golden adapters on %s', (_, device) => {
    it.each(readdirSync(folder))('%s', async (name) => {
      const { replayed, skipped, broken } = await replayGoldens([join(folder, name)], { mixers, device, label: '' });
      expect([...skipped, ...broken]).toEqual([]);
      const [{ measured }] = replayed;
      const expected = ['logits', 'loss', 'decode', 'merged.logits', 'written.keys', 'written.adapter_config.json'];
      expect(measured.map(({ tensor }) => tensor)).toEqual(expect.arrayContaining(expected));
      expect(measured.some(({ tensor }) => /^grad\..*lora_B/.test(tensor))).toBe(true);
      expect(measured.filter(({ error, tolerance }) => !(error <= tolerance))).toEqual([]);
    });
  });
}

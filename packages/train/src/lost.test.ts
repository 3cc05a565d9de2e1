// A device that is lost in the middle of a run: another one is made, and the run ends with the same bits. Skipped without an adapter.
import { hybrid } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { DeviceLostError } from '@twilljs/tensor';
import type { WebGpuDevice } from '@twilljs/webgpu';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { device } from 'twilljs';
import { afterAll, describe, expect, it } from 'vitest';
import { config, mixers, onDevice, runHome } from './run.test-data.ts';
import type { RunOptions } from './run-options.ts';

const home = runHome();
afterAll(home.remove);

await onDevice; // The test data loads it: vitest fails a file that ends, all skipped, while it still does.
const found = await webgpuDevices();
it.skipIf(found.length === 0)('there is an adapter (skipped: none here)', () => {
  expect(found).toHaveLength(1);
});

describe.each(found)('a run on %s', (_, probe) => {
  probe[Symbol.dispose]();
  const timeout = 300_000; // a software adapter takes seconds for the pipelines of each device
  const devices: WebGpuDevice[] = [];
  const model = async () => {
    devices.push(await device({ name: 'webgpu' }));
    return hybrid(config, { mixers, init: initializer(1, 0.1) }).to(devices.at(-1)!);
  };
  const run = (name: string, more: Partial<RunOptions> = {}) =>
    home.run(name, {
      model,
      training: { steps: 12, lr: 1e-2 },
      checkpoints: { every: 4 },
      ...more,
    });

  it(
    'goes on from its last checkpoint when the device is lost',
    async () => {
      await run('whole');
      const warnings: string[] = [];
      const result = await run('lost', {
        onStep({ step }) {
          if (step === 6 && devices.length === 2) devices[1].gpu.destroy();
        },
        warn: (message) => warnings.push(message),
      });
      expect(result).toMatchObject({ status: 'finished', step: 12, from: 0 });
      expect(devices).toHaveLength(3);
      expect(home.weights('lost')).toEqual(home.weights('whole'));
      expect(warnings).toEqual([
        expect.stringMatching(/^run: webgpu: the device was lost .* It goes on from step 4\.$/),
      ]);
      expect(home.recordOf('lost').resumed).toMatchObject([{ step: 4, device: 'webgpu' }]);
    },
    timeout,
  );

  it(
    'is given up where it is lost again before it came any further',
    async () => {
      const lost = run('again', {
        onStep({ step }) {
          if (step > 4) devices.at(-1)!.gpu.destroy();
        },
      });
      await expect(lost).rejects.toThrow(DeviceLostError);
    },
    timeout,
  );
});

// The facts of the machine, in a process in which no device was made before.
import { device } from 'twilljs';
import { expect, it } from 'vitest';
import { machineFacts } from './machine.ts';

it('has relaxed SIMD where the build of the wasm device uses it, whichever device is checked', async () => {
  const { wasm } = await machineFacts();
  using fastest = await device({ name: 'wasm', threads: 1 });
  expect(wasm).toContain(`relaxed-simd ${fastest.tier === 'plain' ? 'no' : 'yes'}`);
});

// What tests of recorded steps begin with: each device with its slow twin, and tensors that are given back after each test.
import { cpu, type Device, keep, release, type Tensor, tensor } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';

const [replaying] = await webgpuDevices();
const [twin] = await webgpuDevices({ eager: true });

/** A name, a device that poisons, and one that records nothing. */
export const devices: readonly (readonly [name: string, device: Device, twin: Device])[] = [
  ['cpu', cpu({ poison: true }), cpu({ eager: true })],
  ['wasm', await wasm({ poison: true }), await wasm({ eager: true })],
  ...(replaying ? [[...replaying, twin[1]] as const] : []),
];

/** Makes tensors on `device`, or another one, takes over others, and gives all of them back. */
export function keeping(device: Device) {
  const kept: Tensor[] = [];
  const own = (t: Tensor): Tensor => {
    kept.push(keep(t));
    return t;
  };
  return {
    own,
    make: (values: ArrayLike<number>, shape: number[], on = device): Tensor =>
      own(tensor(values, shape, { device: on })),
    giveBack: () => release(kept.splice(0)),
  };
}

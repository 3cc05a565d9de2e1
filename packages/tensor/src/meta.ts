// The device that allocates nothing: shapes, parameter counts and dry runs.
import type { Device } from './device.ts';
import { DeviceError } from './errors.ts';

let shared: Device | undefined;

/** A device whose tensors have shapes and no data. Every op "runs"; reading is an error. */
export function meta(): Device {
  shared ??= {
    name: 'meta',
    float: 'f32',
    fallbacks: new Map(),
    find: () => ({ scratch: 0, run() {} }),
    allocate: () => null,
    free() {},
    view: () => null,
    write() {},
    async read() {
      throw new DeviceError(
        'meta: its tensors have shapes and no data; move the model to cpu or wasm and load its weights.',
      );
    },
  };
  return shared;
}

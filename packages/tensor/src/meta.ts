// The device that allocates nothing: shapes, parameter counts and dry runs.
import type { Device } from './device.ts';
import { DeviceError } from './errors.ts';
import { sequenceOf } from './sequence.ts';

let shared: Device | undefined;

/** A device whose tensors have shapes and no data. Every op "runs"; reading is an error. */
export function meta(): Device {
  shared ??= {
    name: 'meta',
    label: 'meta',
    float: 'f32',
    limits: { bytes: Number.POSITIVE_INFINITY, stepsAhead: 0, tokensAtOnce: 2048 },
    eager: true,
    poison: false,
    fallbacks: new Map(),
    find: () => ({ scratch: 0, run() {} }),
    sequence: sequenceOf,
    allocate: () => null,
    free() {},
    view: () => null,
    write() {},
    report() {
      return { label: this.label, bytes: 0, buffers: 0, fallbacks: this.fallbacks };
    },
    [Symbol.dispose]() {},
    async read() {
      throw new DeviceError(
        'meta: its tensors have shapes and no data; move the model to cpu or wasm and load its weights.',
      );
    },
  };
  return shared;
}

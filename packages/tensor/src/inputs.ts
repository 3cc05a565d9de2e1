// What an op is given, checked where it enters: tensors with memory, on one device, of the types that the op reads.
import { type Device, nameBeside } from './device.ts';
import { DeviceError, DTypeError, OptionError } from './errors.ts';
import type { IdRange, Op } from './op.ts';
import { shown } from './options.ts';
import type { Storage } from './storage.ts';
import { isRecording } from './tape.ts';
import { Tensor } from './tensor.ts';

/**
 * Refuses inputs that an op cannot read.
 *
 * @returns the device that all of them are on.
 * @throws OptionError for a wrong count or what is no tensor; DeviceError for a released tensor or mixed devices; DTypeError for ids
 * where numbers belong, and the reverse.
 */
export function checkedInputs(op: Op, ins: readonly (Tensor | null)[]): Device {
  if (typeof op?.shape !== 'function')
    throw new OptionError(`apply: the op is ${shown(op)}; give { name, inputs, outputs, shape, ... }.`);
  const { name, inputs } = op;
  const more = ins?.length > inputs.length && inputs.at(-1)?.endsWith('...');
  if (!Array.isArray(ins) || (ins.length !== inputs.length && !more)) {
    const given = Array.isArray(ins) ? `${ins.length} inputs` : shown(ins);
    throw new OptionError(`${name}: it reads ${inputs.join(', ')} but was given ${given}; give one tensor each.`);
  }
  const recording = isRecording();
  let device: Device | null = null;
  for (let i = 0; i < ins.length; i++) {
    const t = ins[i];
    const input = inputs[Math.min(i, inputs.length - 1)];
    if ((t === null || t === undefined) && input.endsWith('?')) continue;
    requireTensor(name, input, t);
    t.requireMemory();
    device ??= t.device;
    if (t.device !== device) {
      throw new DeviceError(
        `${name}: inputs are on ${device.name} and on ${nameBeside(device, t.device)}; move one of them with to(device).`,
      );
    }
    requireType(op, input, t);
    if (recording && !t.slot) t.used = true;
  }
  if (!device) throw new OptionError(`${name}: no input is present, so there is no device to run on; give a tensor.`);
  return device;
}

/** @throws DTypeError for ids where numbers belong, and the reverse; for bf16 where it is not read. */
function requireType({ name, ids, bf16 }: Op, input: string, { dtype, shape }: Tensor): void {
  if (dtype === 'bf16' && !bf16?.includes(input)) {
    throw new DTypeError(
      `${name}: ${input} [${shape}] is stored in bf16, which only the second matrix of matmul and the table of embedding may be; give cast(${input}).`,
    );
  }
  if ((dtype === 'i32') === (ids !== undefined && input in ids)) return;
  throw new DTypeError(
    dtype === 'i32'
      ? `${name}: ${input} [${shape}] holds i32 ids where numbers belong; make it of floats.`
      : `${name}: ${input} [${shape}] holds ${dtype} where i32 ids belong; make it of an Int32Array.`,
  );
}

/** @throws OptionError for what is no device, such as the promise of one. */
export function requireDevice(where: string, device: unknown): asserts device is Device {
  const { allocate, find } = (device ?? {}) as Partial<Device>;
  if (typeof allocate === 'function' && typeof find === 'function') return;
  throw new OptionError(
    `${where}: the device is ${shown(device)}, not a device; give cpu(), or what wasm() resolves to.`,
  );
}

/** Refuses ids that an op cannot read, as far as the host knows them. @throws OptionError naming the first of them. */
export function requireIds(op: string, input: string, { bounds }: Storage, { below, of, negative }: IdRange): void {
  if (bounds === null) return;
  const isLow = bounds.least < 0 && negative === undefined;
  if (!isLow && bounds.most < below) return;
  const bad = isLow ? bounds.least : bounds.most;
  throw new OptionError(
    `${op}: ${input.replace(/s?\??$/, '')} ${bad} lies outside ${below} ${of}; use 0..${below - 1}${negative === undefined ? '' : `, or ${negative}`}.`,
  );
}

/** @throws OptionError for what is no tensor. */
export function requireTensor(where: string, name: string, value: unknown): asserts value is Tensor {
  if (value instanceof Tensor) return;
  throw new OptionError(`${where}: ${name} is ${shown(value)}, not a tensor; make one with tensor(values, shape).`);
}

// Golden files of a model: what it must compute from its weights, and where twelve steps of training must lead.
import {
  type JsonObject,
  parseJsonObject,
  parseSafetensors,
  type SafetensorsFile,
  type StoredTensor,
  toF64,
  toI32,
} from '@twilljs/hub';
import { FileError, type Shape } from '@twilljs/tensor';

export interface Expected {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** Contents of `expected.safetensors`. */
export interface ModelGolden {
  readonly inputIds: { readonly shape: readonly [number, number]; readonly data: Int32Array }; // [B,T]
  readonly logits: Expected; // [B,T,N]
  /** Mean next-token cross-entropy in nats, labels = ids, shifted inside. */
  readonly loss: number;
  /** The residual stream after each block, [B,T,D]. */
  readonly hidden: readonly Expected[];
  /** By parameter name. */
  readonly gradients: ReadonlyMap<string, Expected>;
}

/** Contents of `packed.safetensors`: sequences of different lengths in one batch. */
export interface PackedGolden extends Pick<ModelGolden, 'inputIds' | 'logits' | 'loss' | 'gradients'> {
  /** [n,2], in the flattened B T positions. */
  readonly ranges: Int32Array;
}

/** Contents of `train.safetensors`. */
export interface TrainGolden {
  /** Options of the optimiser and of the schedule. */
  readonly attrs: JsonObject;
  readonly inputIds: { readonly shape: readonly [number, number, number]; readonly data: Int32Array }; // [steps,B,T]
  readonly loss: Float64Array; // [steps]
  /** Global norm before clipping. */
  readonly gradNorm: Float64Array; // [steps]
  readonly lr: Float64Array; // [steps]
  /** Parameters after the last step, by name. */
  readonly params: ReadonlyMap<string, Expected>;
}

/** Reads `expected.safetensors` of a model golden. @throws FileError when it is damaged or a tensor is missing. */
export function readModelGolden(bytes: Uint8Array, where = 'expected.safetensors'): ModelGolden {
  const file = parseSafetensors(bytes, where);
  const hidden: Expected[] = [];
  for (let i = 0; file.tensors.has(`hidden.${i}`); i++) hidden.push(expected(file, `hidden.${i}`, where));
  return { ...computed(file, where), hidden };
}

/** Reads `packed.safetensors` of a model golden. @throws FileError when it is damaged or a tensor is missing. */
export function readPackedGolden(bytes: Uint8Array, where = 'packed.safetensors'): PackedGolden {
  const file = parseSafetensors(bytes, where);
  return { ...computed(file, where), ranges: toI32(find(file, 'ranges', where), 'ranges') };
}

const computed = (file: SafetensorsFile, where: string): Omit<ModelGolden, 'hidden'> => ({
  inputIds: ids(file, 2, where),
  logits: expected(file, 'logits', where),
  loss: expected(file, 'loss', where).data[0],
  gradients: withPrefix(file, 'grad.'),
});

/** Reads `train.safetensors` of a model golden. @throws FileError when it is damaged or a tensor is missing. */
export function readTrainGolden(bytes: Uint8Array, where = 'train.safetensors'): TrainGolden {
  const file = parseSafetensors(bytes, where);
  return {
    attrs: parseJsonObject(file.metadata.attrs ?? '{}', `${where}: attrs`),
    inputIds: ids(file, 3, where),
    loss: expected(file, 'loss', where).data,
    gradNorm: expected(file, 'grad_norm', where).data,
    lr: expected(file, 'lr', where).data,
    params: withPrefix(file, 'param.'),
  };
}

function ids<S extends Shape>(file: SafetensorsFile, axes: S['length'], where: string): { shape: S; data: Int32Array } {
  const tensor = find(file, 'input_ids', where);
  if (tensor.shape.length !== axes) {
    throw new FileError(
      `${where}: input_ids is [${tensor.shape}] where ${axes} axes are needed; give a file of the golden format.`,
    );
  }
  return { shape: tensor.shape as S, data: toI32(tensor, 'input_ids') };
}

function expected(file: SafetensorsFile, name: string, where: string): Expected {
  const tensor = find(file, name, where);
  return { shape: tensor.shape, data: toF64(tensor, name) };
}

function find(file: SafetensorsFile, name: string, where: string): StoredTensor {
  const tensor = file.tensors.get(name);
  if (tensor) return tensor;
  throw new FileError(
    `${where}: has no tensor ${name}, as a golden file of a model must; give a file of the golden format.`,
  );
}

function withPrefix(file: SafetensorsFile, prefix: string): Map<string, Expected> {
  const found = new Map<string, Expected>();
  for (const [name, tensor] of file.tensors) {
    if (name.startsWith(prefix))
      found.set(name.slice(prefix.length), { shape: tensor.shape, data: toF64(tensor, name) });
  }
  return found;
}

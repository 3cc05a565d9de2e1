// Golden files of one op: inputs, expected outputs, cotangents and expected gradients, with the op's name and options.
import {
  type JsonObject,
  parseJsonObject,
  parseSafetensors,
  type StoredTensor,
  toF32,
  toF64,
  toI32,
} from '@twilljs/hub';
import { FileError, type Shape, shown } from '@twilljs/tensor';

/** Host numbers with their shape; `dtype` marks ids. */
export interface GoldenNumbers {
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array | Int32Array;
  readonly dtype?: 'i32';
}

/** The loss of a golden is the sum over outputs of <output, cotangent>. */
export interface Golden {
  readonly op: string;
  /** Options of the op, without `tolerance`. */
  readonly attrs: JsonObject;
  /** Sizes by letter. */
  readonly shapes: JsonObject;
  readonly note: string;
  /** Allowed error of outputs and gradients in f32, where the file asks for other than the usual. */
  readonly tolerance: { readonly out?: number; readonly grad?: number };
  readonly inputs: Readonly<Record<string, GoldenNumbers>>;
  readonly outputs: Readonly<Record<string, GoldenNumbers>>;
  readonly cotangents: Readonly<Record<string, GoldenNumbers>>;
  readonly gradients: Readonly<Record<string, GoldenNumbers>>;
}

const KEY = /^(in|out|cot|grad)\.([A-Za-z]\w*(?:\.\w+)*)$/;

/**
 * Reads `ops/<op>--<case>.safetensors`.
 *
 * @param where Name of the file, for messages.
 * @throws FileError when it is not a safetensors file, or not a golden of an op.
 */
export function readGolden(bytes: Uint8Array, where = 'golden'): Golden {
  const { metadata, tensors } = parseSafetensors(bytes, where);
  const op = opIn(metadata, where);
  const { tolerance, ...attrs } = parseJsonObject(metadata.attrs ?? '{}', `${where}: attrs`);
  const shapes = parseJsonObject(metadata.shapes ?? '{}', `${where}: shapes`);
  const groups: Record<string, Record<string, GoldenNumbers>> = { in: {}, out: {}, cot: {}, grad: {} };
  for (const [key, tensor] of tensors) {
    const [, group, name] = KEY.exec(key) ?? [];
    if (!group)
      throw new FileError(
        `${where}: tensor ${JSON.stringify(key)} is none of in.*, out.*, cot.*, grad.*; give a file of the golden format.`,
      );
    groups[group][name] =
      group === 'in' ? inputNumbers(tensor, key) : { shape: tensor.shape, data: toF64(tensor, key) };
  }
  const golden = { inputs: groups.in, outputs: groups.out, cotangents: groups.cot, gradients: groups.grad };
  checkPairs(golden.cotangents, golden.outputs, 'cot', 'out', where);
  checkPairs(golden.gradients, golden.inputs, 'grad', 'in', where);
  return { op, attrs, shapes, note: metadata.note ?? '', tolerance: readTolerance(tolerance, where), ...golden };
}

/** Only the name of the op: others may have tensors of other names. @throws FileError as `readGolden`. */
export function readOpName(bytes: Uint8Array, where: string): string {
  return opIn(parseSafetensors(bytes, where).metadata, where);
}

function opIn({ op }: Readonly<Record<string, string>>, where: string): string {
  if (op) return op;
  throw new FileError(`${where}: its metadata name no op, as a golden file must; give a file of the golden format.`);
}

function inputNumbers(tensor: StoredTensor, key: string): GoldenNumbers {
  const { dtype, shape } = tensor;
  if (dtype === 'F64') return { shape, data: toF64(tensor, key) };
  if (/^(B?F|BOOL)/.test(dtype)) return { shape, data: toF32(tensor, key) };
  return { shape, data: toI32(tensor, key), dtype: 'i32' };
}

/** Every cotangent belongs to an output and every gradient to an input, of the same shape. */
function checkPairs(
  parts: Golden['inputs'],
  wholes: Golden['inputs'],
  part: string,
  whole: string,
  where: string,
): void {
  for (const [name, { shape }] of Object.entries(parts)) {
    const other = wholes[name];
    if (!other) throw new FileError(`${where}: has ${part}.${name} but no ${whole}.${name}; add it.`);
    if (`${other.shape}` === `${shape}`) continue;
    throw new FileError(
      `${where}: ${part}.${name} is [${shape}] but ${whole}.${name} is [${other.shape}]; make them agree.`,
    );
  }
}

function readTolerance(json: JsonObject[string] | undefined, where: string): Golden['tolerance'] {
  if (json === undefined || json === null) return {};
  if (typeof json === 'number') return { out: json, grad: json };
  if (typeof json !== 'object' || Array.isArray(json))
    throw new FileError(`${where}: attrs.tolerance is ${shown(json)} where { out, grad } is needed; correct it.`);
  for (const [key, value] of Object.entries(json)) {
    if (typeof value === 'number' && value > 0) continue;
    throw new FileError(
      `${where}: attrs.tolerance.${key} is ${JSON.stringify(value)} where a positive number is needed; correct it.`,
    );
  }
  return json as Golden['tolerance'];
}

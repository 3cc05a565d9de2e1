// Token ids as callers have them: every one checked where it enters, then on the device.
import {
  type Device,
  DeviceError,
  DTypeError,
  IGNORE,
  nameBeside,
  OptionError,
  ShapeError,
  shown,
  Tensor,
  tensor,
} from '@twilljs/tensor';

/** Whole numbers in any list: plain or typed. What is no id is refused when it is read. */
export type IdList = ArrayLike<number>;

/**
 * Ids [B,T]: rows of numbers, flat host data with its shape, or an i32 tensor on the model's device. The values of a tensor are
 * looked at by the ops that read them: there a negative label is one that is not counted, whichever it is.
 */
export type Ids = Tensor | { readonly data: IdList; readonly shape: readonly [number, number] } | readonly IdList[];

/** Ids as one array with its shape. */
export interface HostIds {
  readonly data: Int32Array;
  readonly shape: readonly [number, number];
}

/** What ids may be: those of tokens, or labels, which may also ask for nothing. */
export interface IdKind {
  /** For messages. */
  readonly what: 'ids' | 'labels' | 'prompt' | `prompt ${number}`;
  /** Ids are 0..vocabulary - 1. */
  readonly vocabulary: number;
}

/**
 * Ids of the host as flat data with their shape, each looked at.
 *
 * @param inside ranges [2n] of what counts in [B,T]: what lies outside is not looked at, and asks for nothing. Default: all.
 * @throws ShapeError for what is no [B,T] or empty; OptionError for a value that is no id, with its place.
 */
export function hostIds(
  ids: Exclude<Ids, Tensor>,
  kind: IdKind,
  inside: (shape: HostIds['shape']) => Int32Array | null = () => null,
): HostIds {
  const { data, shape } = flatIds(ids, kind);
  const [B, T] = shape;
  refuseEmpty(kind.what, B, T);
  const ranges = inside(shape);
  if (!ranges) {
    checkIds(data, kind, T);
    return { data: data instanceof Int32Array ? data : Int32Array.from(data), shape };
  }
  const counted = new Int32Array(B * T).fill(kind.what === 'labels' ? IGNORE : 0);
  for (let i = 0; i < ranges.length; i += 2) {
    checkIds(data, kind, T, ranges[i], ranges[i + 1]);
    for (let p = ranges[i]; p < ranges[i + 1]; p++) counted[p] = data[p];
  }
  return { data: counted, shape };
}

function flatIds(ids: Exclude<Ids, Tensor>, { what }: IdKind): { data: IdList; shape: HostIds['shape'] } {
  if (typeof ids === 'string') throw textError(what, ids);
  if (isList(ids) && !ArrayBuffer.isView(ids)) return fromRows(ids as readonly unknown[], what);
  if (typeof ids !== 'object' || ids === null || !('data' in ids) || !('shape' in ids)) {
    throw new ShapeError(
      `${what}: ${shown(ids)} is no [B,T] of ids; give rows, such as [[1, 2, 3]], or { data, shape }.`,
    );
  }
  const { data, shape } = ids;
  if (!isList(data)) throw new OptionError(`${what}: data is ${shown(data)} where a list of ids is needed; give one.`);
  const isShape = isList(shape) && shape.length === 2 && Array.from(shape).every((n) => Number.isInteger(n) && n >= 0);
  if (!isShape || shape[0] * shape[1] !== data.length) {
    throw new ShapeError(
      `${what}: the shape is ${shown(shape)} but the data are ${data.length} ids; give [rows, ids of a row].`,
    );
  }
  return { data, shape: [shape[0], shape[1]] };
}

/**
 * Refuses a list with a value that is no id.
 *
 * @param T length of a row, to name the place.
 * @throws OptionError naming the value and its place [row, position].
 */
function checkIds(data: IdList, { what, vocabulary }: IdKind, T: number, from = 0, to = data.length): void {
  for (let i = from; i < to; i++) {
    const id = data[i];
    if (Number.isInteger(id) && id < vocabulary && (id >= 0 || (id === IGNORE && what === 'labels'))) continue;
    const place = `[${Math.floor(i / T)}, ${i % T}]`;
    const next = `${vocabulary - 1}${what === 'labels' ? `, or ${IGNORE} where nothing is asked` : ''}`;
    throw new OptionError(
      `${what}: ${shown(id)} at ${place} lies outside the vocabulary of ${vocabulary}; use whole numbers 0..${next}.`,
    );
  }
}

/** The ids of a prompt, which is one list. @throws OptionError for text, for no list, for none at all, or a value that is no id. */
export function promptIds(prompt: IdList, kind: IdKind): Int32Array {
  const { what } = kind;
  if (typeof prompt === 'string') throw textError(what, prompt);
  if (!isList(prompt)) {
    throw new OptionError(
      `${what}: it is ${shown(prompt)} where a list of ids is needed; give one, such as [1, 2, 3].`,
    );
  }
  if (prompt.length === 0) {
    throw new OptionError(
      `${what}: it is empty but a model continues at least one token, after a cache too; give one.`,
    );
  }
  if (typeof prompt[0] === 'string') throw textError(what, prompt[0]);
  checkIds(prompt, kind, prompt.length);
  return Int32Array.from(prompt);
}

/**
 * Ids on the device. A tensor is taken as it is: the ops that read its values check them.
 *
 * @throws ShapeError, DTypeError, DeviceError or OptionError for what are no ids [B,T] of the vocabulary.
 */
export function upload(ids: Ids, kind: IdKind, device: Device): Tensor {
  if (!(ids instanceof Tensor)) {
    const { data, shape } = hostIds(ids, kind);
    return tensor(data, shape, { device });
  }
  const { what } = kind;
  const { shape, dtype } = ids;
  if (shape.length !== 2) throw new ShapeError(`${what}: a tensor [${shape}] is no [B,T]; reshape it.`);
  refuseEmpty(what, shape[0], shape[1]);
  if (dtype !== 'i32') {
    throw new DTypeError(`${what}: a tensor of ${dtype} holds no ids; make it with dtype: 'i32'.`);
  }
  if (ids.device !== device) {
    throw new DeviceError(
      `${what}: the tensor is on ${ids.device.name}, the model on ${nameBeside(ids.device, device)}; move it there.`,
    );
  }
  return ids;
}

/**
 * Labels of next-token prediction: each position's successor, nothing at the end of a sequence.
 *
 * @param ranges [2n] of the sequences; null where they are the rows.
 * @throws OptionError for ids on a device, and as `hostIds`.
 */
export function successorsOf(ids: Ids, kind: IdKind, ranges: Int32Array | null = null): HostIds {
  if (ids instanceof Tensor) {
    throw new OptionError(
      'loss: ids on a device have no labels that the host could shift; pass labels too, or host ids.',
    );
  }
  const { data, shape } = hostIds(ids, kind);
  const T = shape[1];
  if (!ranges) return { data: data.map((_, i) => (i % T === T - 1 ? IGNORE : data[i + 1])), shape };
  const labels = new Int32Array(data.length).fill(IGNORE);
  for (let i = 0; i < ranges.length; i += 2) {
    for (let p = ranges[i]; p < ranges[i + 1] - 1; p++) labels[p] = data[p + 1];
  }
  return { data: labels, shape };
}

/** Whether labels ask for nothing at all. */
export const asksNone = ({ data }: HostIds): boolean => data.every((label) => label === IGNORE);

function fromRows(rows: readonly unknown[], what: IdKind['what']): { data: IdList; shape: HostIds['shape'] } {
  const lengths = Array.from(rows, (row, i) => {
    if (typeof row === 'string') throw textError(what, row);
    if (isList(row)) return row.length;
    throw new ShapeError(`${what}: row ${i} is ${shown(row)} where a list of ids is needed; give rows: [[1, 2, 3]].`);
  });
  const [B, T] = [rows.length, lengths[0] ?? 0];
  if (lengths.some((length) => length !== T)) {
    throw new ShapeError(
      `${what}: rows of ${lengths} ids, which make no [B,T]; give rows of equal length, filled up with anything and { lengths }.`,
    );
  }
  return { data: (rows as readonly IdList[]).flatMap((row) => Array.from(row)), shape: [B, T] };
}

/** Whether these are lists themselves, not ids. */
export const isIdLists = (value: unknown): value is readonly IdList[] =>
  Array.isArray(value) && value.length > 0 && isList(value[0]);

/** Whether it is one, of whatever. */
export const isList = (value: unknown): value is IdList =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

function refuseEmpty(what: string, B: number, T: number): void {
  if (B > 0 && T > 0) return;
  throw new ShapeError(`${what}: [${B},${T}] holds no id, so there is nothing to compute; give one or more.`);
}

const textError = (what: string, text: string): OptionError =>
  new OptionError(`${what}: ${shown(text, 40)} is text where ids are needed; give encodeText(text) of @twilljs/data.`);

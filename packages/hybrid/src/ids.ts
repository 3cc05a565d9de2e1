// Token ids as callers have them, on the device.
import { type Device, OptionError, ShapeError, Tensor, tensor } from '@twilljs/tensor';

/** Ids [B,T]: an i32 tensor, host data with its shape, or rows of numbers. */
export type Ids =
  | Tensor
  | { readonly data: Int32Array; readonly shape: readonly [number, number] }
  | readonly (readonly number[])[];

type HostIds = { readonly data: Int32Array; readonly shape: readonly [number, number] };

/** Rows of numbers as flat data with their shape. */
export function hostIds(ids: Exclude<Ids, Tensor>): HostIds {
  if ('data' in ids) return ids;
  const T = ids[0]?.length ?? 0;
  if (ids.some((row) => row.length !== T)) {
    throw new ShapeError(
      `ids: rows of ${ids.map((row) => row.length)} ids, which make no [B,T]; give rows of equal length.`,
    );
  }
  return { data: Int32Array.from(ids.flat()), shape: [ids.length, T] };
}

/**
 * Ids on the device.
 *
 * @param low smallest id allowed: 0 for tokens, -100 for labels.
 * @throws OptionError for an id outside the vocabulary.
 */
export function upload(ids: Ids, vocabulary: number, device: Device, low = 0): Tensor {
  if (ids instanceof Tensor) return ids;
  const { data, shape } = hostIds(ids);
  for (const id of data) {
    if (id >= low && id < vocabulary) continue;
    throw new OptionError(`ids: ${id} lies outside the vocabulary of ${vocabulary}; use ${low}..${vocabulary - 1}.`);
  }
  return tensor(data, shape, { device });
}

/** Labels of next-token prediction: each position's successor, nothing at the end of a row. */
export function nextTokens(ids: Ids): HostIds {
  if (ids instanceof Tensor) {
    throw new OptionError(
      'loss: ids on a device have no labels that the host could shift; pass labels too, or host ids.',
    );
  }
  const { data, shape } = hostIds(ids);
  const T = shape[1];
  return { data: data.map((_, i) => (i % T === T - 1 ? -100 : data[i + 1])), shape };
}

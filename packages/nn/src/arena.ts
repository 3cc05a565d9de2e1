// The parameters of a model in one allocation, those with weight decay first; what is stored in bf16 lies apart.
import { arenaLayout, type Device, moveToArena, OptionError, shown, type Tensor } from '@twilljs/tensor';

/** All parameters of a model behind each other in one tensor. */
export interface ParameterArena {
  /** Every parameter but those stored in bf16, 256-byte aligned, gaps 0. */
  readonly flat: Tensor;
  readonly names: readonly string[];
  readonly tensors: readonly Tensor[];
  /** Names of the others, which lie apart and are never trained. */
  readonly apart: readonly string[];
  /** Start of each tensor, in elements. */
  readonly offsets: readonly number[];
  readonly length: number;
  /** Elements [0, decayEnd) are matrices, convolutions and embeddings; norms, biases, gate parameters and tables of bounds follow. */
  readonly decayEnd: number;
}

/**
 * Moves parameters into one arena on `device`, those stored in bf16 each to memory of its own. They keep their identity and values.
 *
 * @param noDecay last parts of names that take no weight decay whatever their rank.
 */
export async function arenaOf(
  parameters: ReadonlyMap<string, Tensor>,
  device: Device,
  noDecay: readonly string[] = [],
): Promise<ParameterArena> {
  if (!(parameters instanceof Map) || !Array.isArray(noDecay)) {
    throw new OptionError(
      `arenaOf: the parameters are ${shown(parameters)} and noDecay ${shown(noDecay)}; give what params(model) returns, and a list of names.`,
    );
  }
  const decays = ([name, t]: [string, Tensor]) =>
    t.shape.length >= 2 && !noDecay.includes(name.slice(name.lastIndexOf('.') + 1));
  const apart = [...parameters].filter(([, { dtype }]) => dtype === 'bf16');
  const all = [...parameters].filter(([, { dtype }]) => dtype !== 'bf16');
  const ordered = [...all.filter(decays), ...all.filter((entry) => !decays(entry))];
  const tensors = ordered.map(([, t]) => t);
  const layout = arenaLayout(tensors, device);
  const first = ordered.findIndex((entry) => !decays(entry));
  return {
    flat: await moveToArena(
      tensors,
      device,
      apart.map(([, t]) => t),
    ),
    apart: apart.map(([name]) => name),
    names: ordered.map(([name]) => name),
    tensors,
    ...layout,
    decayEnd: first === -1 ? layout.length : layout.offsets[first],
  };
}

/** Refuses what is no arena, such as `params(model)`. @throws OptionError naming it. */
export function requireArena(where: string, arena: unknown): asserts arena is ParameterArena {
  if (Array.isArray((arena as ParameterArena | undefined)?.tensors)) return;
  throw new OptionError(`${where}: the arena is ${shown(arena)}; give model.arena, or what arenaOf resolves to.`);
}

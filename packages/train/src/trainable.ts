// The parameters of a model that are trained, and memory for a number for each of theirs: gradients and moments.
import { type ParameterArena, requireArena } from '@twilljs/nn';
import { arenaLayout, type Device, OptionError, shown, type Tensor, zeros } from '@twilljs/tensor';
import { type GroupSettings, type ParameterGroup, readGroups, settingsOf } from './groups.ts';

/** A parameter that is trained. */
export interface TrainedParameter extends Omit<GroupSettings, 'trainable'> {
  readonly name: string;
  readonly tensor: Tensor;
  /** Where it begins in the arena, in elements. */
  readonly at: number;
  /** Where its gradient begins among those of all trained ones. */
  readonly offset: number;
  /** Whether it is of those that decay by themselves: matrices, convolutions and embeddings. */
  readonly isDecaying: boolean;
}

/** Numbers of several parameters in one allocation. */
export interface Packed {
  readonly flat: Tensor;
  /** A view for each, in order. */
  readonly tensors: readonly Tensor[];
}

/** Those of an arena that are trained, in its order. */
export class Trainable {
  readonly arena: ParameterArena;
  readonly parameters: readonly TrainedParameter[];
  /** The parameters themselves: what to ask gradients of. */
  readonly tensors: readonly Tensor[];
  /** By their names. */
  readonly named: ReadonlyMap<string, Tensor>;
  /** Of a flat gradient: where that of each begins, and its length. */
  readonly layout: { readonly offsets: readonly number[]; readonly length: number };

  constructor(arena: ParameterArena, groups: readonly ParameterGroup[]) {
    this.arena = arena;
    const settings = settingsOf([...arena.names, ...arena.apart], groups);
    refuseStored(arena.apart.filter((_, i) => settings[arena.names.length + i].trainable));
    const chosen = arena.names.flatMap((name, i) => (settings[i].trainable ? [{ name, i }] : []));
    this.tensors = chosen.map(({ i }) => arena.tensors[i]);
    this.named = new Map(chosen.map(({ name, i }) => [name, arena.tensors[i]]));
    this.layout = arenaLayout(this.tensors, this.device);
    this.parameters = chosen.map(({ name, i }, at) => ({
      ...{ name, tensor: arena.tensors[i], at: arena.offsets[i], offset: this.layout.offsets[at] },
      ...{ isDecaying: arena.offsets[i] < arena.decayEnd, weightDecay: settings[i].weightDecay, lr: settings[i].lr },
    }));
  }

  get device(): Device {
    return this.arena.flat.device;
  }

  /** A place for the gradient: zeros, one allocation, and a view for each of `tensors`. */
  gradient(): Packed {
    return packed(this.tensors, this.device);
  }
}

/** @throws OptionError for what `trainable` has not made, such as a model. */
export function requireTrainable(where: string, value: unknown): asserts value is Trainable {
  if (value instanceof Trainable) return;
  throw new OptionError(`${where}: the parameters are ${shown(value)}; give trainable(model.arena).`);
}

/** Refuses to train what is stored in bf16. */
function refuseStored(names: readonly string[]): void {
  if (names.length === 0) return;
  const more = names.length > 1 ? ` and ${names.length - 1} more` : '';
  throw new OptionError(
    `groups: ${names[0]}${more} would be trained but are stored in bf16, of which there is no gradient; load the model with dtype: 'f32', or freeze them, such as by { match: "*", trainable: false } before what shall learn.`,
  );
}

/** Zeros in the form of some tensors. */
export function packed(like: readonly Tensor[], device: Device): Packed {
  const { offsets, length } = arenaLayout(like, device);
  const flat = zeros([length], { device });
  return { flat, tensors: like.map(({ shape }, i) => flat.alias(shape, offsets[i])) };
}

/**
 * The parameters of an arena that are trained.
 *
 * @param arena `model.arena`, after `model.to`.
 * @param groups default: all are trained alike.
 * @throws OptionError for a group that cannot be or matches nothing, and where nothing is left to train.
 */
export function trainable(arena: ParameterArena, groups: readonly ParameterGroup[] = []): Trainable {
  requireArena('trainable', arena);
  return new Trainable(arena, readGroups(groups, 'trainable'));
}

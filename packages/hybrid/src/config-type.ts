// The type of a configuration, made of the tables that are read at run time, so that compiler and editor know every field.
import type {
  closedFields,
  Field,
  Fields,
  labelFields,
  MixerFamily,
  modelFields,
  placeFields,
  ValueOf,
} from '@twilljs/nn';
import type { layoutFields } from './layout.ts';

type KeyOf<Table> = Table extends unknown ? keyof Table : never;
type ValueAt<Table, Name> = Table extends Readonly<Record<Name & string, infer F extends Field>> ? ValueOf<F> : never;

/** What may be written for a model with any of several tables; where two have a field, what either of them takes. */
type GivenOf<Table extends Fields> = {
  readonly [Name in KeyOf<Table>]?: ValueAt<Table, Name> | undefined;
};

/** A family that has no table for `attn` says of it only that it is one. */
type EntryOf<Mixer> =
  Mixer extends MixerFamily<infer _, infer Entry> ? (string extends keyof Entry ? never : Entry) : never;

/** One entry of `attn`; `layers` and `num_heads` may be left out where a short form says which layers. */
type AttnOf<Mixers extends readonly MixerFamily[]> = GivenOf<typeof placeFields | EntryOf<Mixers[number]>>;

/**
 * What `hybrid` takes: fields of every model, the short forms of the layout, `attn`, and the fields of the mixers handed in.
 * Mixers that are known at run time only (`readonly MixerFamily[]`) leave all names to the check at run time.
 */
export type HybridConfig<Mixers extends readonly MixerFamily[] = readonly MixerFamily[]> =
  string extends KeyOf<Mixers[number]['fields']>
    ? Readonly<Record<string, unknown>>
    : GivenOf<
        typeof modelFields | typeof labelFields | typeof closedFields | typeof layoutFields | Mixers[number]['fields']
      > & {
        readonly attn?: AttnOf<Mixers> | readonly AttnOf<Mixers>[] | null | undefined;
      };

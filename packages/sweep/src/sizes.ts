// A size of models as a value: what every mixer has in common at it, and what each has of its own.
import type { Convention, Ratio } from '@twilljs/hybrid';
import { knownOnly, OptionError, shown } from '@twilljs/tensor';

type Json = Readonly<Record<string, unknown>>;

/** One size in which every mixer is compared, alone and woven with softmax attention. Field names are those of `config.json`. */
export interface ModelSize {
  readonly name: string;
  /** Fields of every model. */
  readonly model: Json;
  /** Of a softmax layer among linear ones. */
  readonly attn: Json;
  /** Fields by mixer; `attention` is the Transformer. */
  readonly mixers: Readonly<Record<string, Json>>;
}

const PERIOD: Convention = 'period';

/**
 * The configuration of one model of a size, for `hybrid`.
 *
 * @param mixer name of the mixer; `attention` for the Transformer, which is pure. One that the size does not list has the
 * defaults of its family.
 * @throws OptionError for what is no size, a ratio of another form, and a name that the size spells in another way.
 */
export function configOf(size: ModelSize, mixer: string, ratio: Ratio): Json {
  knownOnly('configOf: size', size, ['name', 'model', 'attn', 'mixers']);
  if (ratio !== 'pure' && !/^[1-9]\d*$/.test(ratio)) {
    throw new OptionError(
      `configOf: ratio is ${shown(ratio)} where 'pure' or a number such as '3' is needed; give one.`,
    );
  }
  if (typeof mixer !== 'string') {
    throw new OptionError(`configOf: mixer is ${shown(mixer)} where the name of a mixer is needed; give one.`);
  }
  const listed = Object.keys(size.mixers).find((name) => letters(name) === letters(mixer));
  if (listed !== undefined && listed !== mixer) {
    throw new OptionError(`configOf: size ${size.name} has no mixer ${shown(mixer)}; did you mean ${listed}?`);
  }
  return {
    model_type: mixer,
    ...size.model,
    ...size.mixers[mixer],
    ...(ratio !== 'pure' && { ratio: `${ratio}:1`, convention: PERIOD, attn: size.attn }),
  };
}

const letters = (name: string): string =>
  String(name)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');

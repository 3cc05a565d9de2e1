// Every model that has a name: the sizes with each mixer, at the ratios at which they are compared, and some others.
import type { Ratio } from '@twilljs/hybrid';
import { configOf } from '@twilljs/sweep';
import { mixers } from './mixers.ts';
import { guessOf } from './paper-names.ts';
import { modelSizes, otherModels } from './sizes.ts';

/** Ratios at which a size is compared. */
const ratios: Readonly<Record<keyof typeof modelSizes, readonly Ratio[]>> = {
  recall: ['pure', '2'],
  language: ['pure', '4', '2'],
  mini: ['pure', '12', '6', '3'],
  '340M': ['pure', '24', '12', '6', '3'],
  '1.3B': ['pure', '24', '12', '6', '3'],
};

/** The name of a model of a size. */
export const modelName = (size: string, mixer: string, ratio: Ratio): string =>
  `${size} ${mixer}${ratio === 'pure' ? '' : `, ${Number(ratio) - 1}:1`}`;

/** Configurations by name, such as `340M gla, 3:1`: the first word is a size. */
export function namedModels(): Readonly<Record<string, object>> {
  const sized = Object.entries(modelSizes).flatMap(([key, size]) =>
    mixers.flatMap(({ name, role }) =>
      (role === 'softmax' ? (['pure'] as const) : ratios[key as keyof typeof ratios]).map((ratio) => [
        modelName(key, name, ratio),
        configOf(size, name, ratio),
      ]),
    ),
  );
  return { ...Object.fromEntries(sized), ...otherModels };
}

/** What of a named model's configuration nobody outside has seen in the paper's checkpoint; null where nothing is guessed. */
export function guessedOf(name: string): string | null {
  const [, size, mixer, linear] = /^(\S+) ([^,]+)(?:, (\d+):1)?$/.exec(name) ?? [];
  if (size !== '340M' && size !== '1.3B') return null;
  return guessOf(mixer, linear ? (`${Number(linear) + 1}` as Ratio) : 'pure');
}

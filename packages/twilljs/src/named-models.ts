// Every model that has a name: the sizes with each mixer, at the ratios at which they are compared, and some others.
import type { Ratio } from '@twilljs/hybrid';
import { configOf } from '@twilljs/sweep';
import { mixers } from './mixers.ts';
import { modelSizes, otherModels } from './sizes.ts';

/** Ratios at which a size is compared. */
const ratios: Readonly<Record<keyof typeof modelSizes, readonly Ratio[]>> = {
  recall: ['pure', '2'],
  language: ['pure', '4', '2'],
  mini: ['pure', '12', '6', '3'],
  '340M': ['pure', '24', '12', '6', '3'],
  '1.3B': ['pure', '24', '12', '6', '3'],
};

/** Configurations by name, such as `340M gla, 3:1`: the first word is a size. */
export function namedModels(): Readonly<Record<string, object>> {
  const sized = Object.entries(modelSizes).flatMap(([key, size]) =>
    mixers.flatMap(({ name, role }) =>
      (role === 'softmax' ? (['pure'] as const) : ratios[key as keyof typeof ratios]).map((ratio) => [
        `${key} ${name}${ratio === 'pure' ? '' : `, ${Number(ratio) - 1}:1`}`,
        configOf(size, name, ratio),
      ]),
    ),
  );
  return { ...Object.fromEntries(sized), ...otherModels };
}

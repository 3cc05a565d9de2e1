// Legends that several figures share.
import type { Key } from '../document.ts';
import { mixersOf, type Part, ratiosOf, ratioText } from '../parts.ts';
import { familyColor, ratioColor, soft } from '../theme.ts';

export function ratioKeys(part: Part, mark: Key['mark']): Key[] {
  return ratiosOf(part).map((ratio) => ({
    label: ratio === 'pure' ? 'pure' : `${ratioText(ratio)} softmax`,
    color: ratioColor(part, ratio),
    mark,
  }));
}

export function familyKeys(part: Part): Key[] {
  const linear = mixersOf(part).map(({ family }, i): Key => ({ label: family, color: familyColor(i), mark: 'line' }));
  return part.transformer ? [...linear, { label: part.transformer.family, color: soft, mark: 'diamond' }] : linear;
}

// What a file wants around every text: ids before it and after it.
import { shown } from '@twilljs/tensor';
import type { Part } from './part.ts';

export interface Frame {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const NONE: Frame = { before: [], after: [] };

/** @throws FileError for what is not known. */
export function frameOf(config: Part | null): Frame {
  if (config === null) return NONE;
  switch (config.type) {
    case 'ByteLevel':
      return NONE;
    case 'TemplateProcessing':
      return template(config);
    case 'BertProcessing':
    case 'RobertaProcessing':
      return { before: [idOf(config, 'cls')], after: [idOf(config, 'sep')] };
    case 'Sequence':
      return config
        .parts('processors')
        .map(frameOf)
        .reduce(
          ({ before, after }, outer) => ({ before: [...outer.before, ...before], after: [...after, ...outer.after] }),
          NONE,
        );
  }
  throw config.unknown();
}

/** Of a token with its id. */
function idOf(config: Part, name: string): number {
  const [, id] = config.list(name);
  if (Number.isInteger(id)) return id as number;
  throw config.refused(
    `has ${name} ${shown(config.fields[name])} where a token and its id are needed; check the file.`,
  );
}

function template(config: Part): Frame {
  const items = config.parts('single');
  const isText = (item: Part) => Object.hasOwn(item.fields, 'Sequence');
  const at = items.findIndex(isText);
  if (items.filter(isText).length !== 1) {
    throw config.refused(`has the text not once in ${shown(config.fields.single)}; use another tokenizer.`);
  }
  const idsOf = (item: Part): number[] => {
    const tokens = config.part('special_tokens').part(item.part('SpecialToken').text('id'));
    const ids = tokens.list('ids');
    if (ids.every((id) => Number.isInteger(id))) return ids as number[];
    throw tokens.refused(`has ids ${shown(ids)} where numbers are needed; check the file.`);
  };
  return { before: items.slice(0, at).flatMap(idsOf), after: items.slice(at + 1).flatMap(idsOf) };
}

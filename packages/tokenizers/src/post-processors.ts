// What a file wants around every text: ids before it and after it.
import { FileError, shown } from '@twilljs/tensor';
import type { JsonObject } from './file.ts';

export interface Frame {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const NONE: Frame = { before: [], after: [] };

/** @throws FileError for what is not known. */
export function frameOf(config: JsonObject | null, where: string): Frame {
  if (config === null) return NONE;
  const pair = (name: string): number => (config[name] as [string, number])[1];
  switch (config.type) {
    case 'ByteLevel':
      return NONE;
    case 'TemplateProcessing':
      return template(config, where);
    case 'BertProcessing':
    case 'RobertaProcessing':
      return { before: [pair('cls')], after: [pair('sep')] };
    case 'Sequence':
      return (config.processors as JsonObject[])
        .map((one) => frameOf(one, where))
        .reduce(
          ({ before, after }, outer) => ({ before: [...outer.before, ...before], after: [...after, ...outer.after] }),
          NONE,
        );
  }
  throw new FileError(
    `${where}: its post_processor is of type ${shown(config.type)}, which is not known here; use another tokenizer.`,
  );
}

function template({ single, special_tokens }: JsonObject, where: string): Frame {
  const items = single as JsonObject[];
  const at = items.findIndex((item) => item.Sequence);
  if (items.filter((item) => item.Sequence).length !== 1) {
    throw new FileError(`${where}: its post_processor has the text ${shown(single)} not once; use another tokenizer.`);
  }
  const idsOf = ({ SpecialToken }: JsonObject): number[] => {
    const { id } = SpecialToken as { id: string };
    return (special_tokens as { [token: string]: { ids: number[] } })[id].ids;
  };
  return { before: items.slice(0, at).flatMap(idsOf), after: items.slice(at + 1).flatMap(idsOf) };
}

// Conversations as the text that a model was trained on: its chat template, a Jinja template, filled as Hugging Face Transformers fill it.
import { Environment, Interpreter, Template } from '@huggingface/jinja';
import { knownOnly, OptionError, shown } from '@twilljs/tensor';
import type { Tokenizer } from './tokenizer.ts';

/** A message of a conversation, as chat templates read it. */
export interface ChatMessage {
  /** Such as `system`, `user`, `assistant`. */
  readonly role: string;
  readonly [field: string]: unknown;
}

/** How a chat template is rendered. */
export interface ChatTemplateOptions {
  /** Ends with the beginning of an answer, for a model to go on from. Default: false. */
  readonly addGenerationPrompt?: boolean;
  /** Which template, where the model has several. Default: `tool_use` where it has one and `variables` have `tools`, else `default`. */
  readonly template?: string;
  /** What else the template reads: `tools`, `documents`, `enable_thinking`, ... */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/**
 * The text of a conversation. It has its special tokens by name, so encode it with `addSpecialTokens: false`.
 *
 * @throws OptionError when the model has no such template, or the template cannot be filled, with its own words.
 * @see https://huggingface.co/docs/transformers/chat_templating
 */
export function applyChatTemplate(
  tokenizer: Pick<Tokenizer, 'chatTemplates' | 'bosId' | 'eosId' | 'padId' | 'idToToken'>,
  messages: readonly ChatMessage[],
  options: ChatTemplateOptions = {},
): string {
  knownOnly('applyChatTemplate', options, ['addGenerationPrompt', 'template', 'variables']);
  const { addGenerationPrompt = false, variables = {} } = options;
  if (typeof addGenerationPrompt !== 'boolean') {
    throw new OptionError(
      `applyChatTemplate: addGenerationPrompt is ${shown(addGenerationPrompt)}; give true or false.`,
    );
  }
  if (!Array.isArray(messages) || messages.some((message) => typeof message?.role !== 'string')) {
    throw new OptionError(
      `applyChatTemplate: the messages are ${shown(messages)} where a list of { role, content } is needed; give one.`,
    );
  }
  const { chatTemplates } = tokenizer;
  const { template: name = variables.tools && chatTemplates.has('tool_use') ? 'tool_use' : 'default' } = options;
  const template = chatTemplates.get(name);
  if (template === undefined) {
    const has = chatTemplates.size === 0 ? 'none' : [...chatTemplates.keys()].map((key) => shown(key)).join(', ');
    throw new OptionError(
      `applyChatTemplate: the tokenizer has no chat template ${shown(name)}, it has ${has}; write the text of the conversation yourself, or choose another.`,
    );
  }
  const special = Object.entries({ bos_token: tokenizer.bosId, eos_token: tokenizer.eosId, pad_token: tokenizer.padId })
    .filter(([, id]) => id !== null)
    .map(([token, id]) => [token, tokenizer.idToToken(id as number)]);
  const scope = {
    ...constants,
    ...{ range, strftime_now: (format: string) => strftime(new Date(), format), raise_exception: refuse },
    ...{ tools: null, documents: null, ...Object.fromEntries(special), ...variables },
    ...{ messages, add_generation_prompt: addGenerationPrompt },
  };
  try {
    const environment = new Environment();
    for (const [variable, value] of Object.entries(scope)) environment.set(variable, value);
    return String(new Interpreter(environment).run(new Template(template).parsed).value);
  } catch (cause) {
    throw new OptionError(
      `applyChatTemplate: the chat template ${shown(name)} cannot be filled (${(cause as Error).message}); change the messages or the template.`,
      { cause },
    );
  }
}

const constants = { true: true, false: false, none: null, True: true, False: false, None: null };

function refuse(message: string): never {
  throw new Error(message);
}

function range(...given: number[]): number[] {
  const [start, stop, step = 1] = given.length === 1 ? [0, given[0]] : given;
  return Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * step);
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** As Python's `strftime` in its locale C. What is no field stands for itself. */
function strftime(date: Date, format: string): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const [month, day, hour] = [MONTHS[date.getMonth()], DAYS[date.getDay()], date.getHours()];
  const fields: Record<string, string> = {
    ...{ Y: String(date.getFullYear()), y: two(date.getFullYear() % 100), m: two(date.getMonth() + 1) },
    ...{ d: two(date.getDate()), H: two(hour), I: two(hour % 12 || 12), M: two(date.getMinutes()) },
    ...{ S: two(date.getSeconds()), p: hour < 12 ? 'AM' : 'PM', B: month, b: month.slice(0, 3) },
    ...{ A: day, a: day.slice(0, 3), '%': '%' },
  };
  return String(format).replace(/%(.)/gs, (all, field: string) => fields[field] ?? all);
}

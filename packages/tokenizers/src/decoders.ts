// Tokens into text, one by one: each decoder of `tokenizer.json` as a stage. Whole lists go the same way, so that a stream says what they say.
import { FileError, shown } from '@twilljs/tensor';
import { byteOf } from './byte-level.ts';
import { utf8 } from './bytes.ts';
import type { JsonObject } from './file.ts';

/** Takes tokens, gives what is certain of the text by then. */
export interface Stage {
  push(token: string): string[];
  end(): string[];
}

/** A decoder, or null: tokens stand apart by spaces. Makes a stage for each text. @throws FileError for what is not known. */
export function decoderOf(config: JsonObject | null, where: string): () => Stage {
  return config === null ? apart : chain([config], where);
}

type Make = () => Stage;

function chain(configs: readonly JsonObject[], where: string): Make {
  const makes: Make[] = [];
  // Whether the stages before give one token in pieces, not tokens.
  let isOne = false;
  for (const config of configs.flatMap(flat)) {
    const make = stageOf(config, where, isOne);
    const isStreaming = config.type === 'Fuse' || (config.type === 'Strip' && config.stop === 0);
    makes.push(isOne && !isStreaming ? whole(make) : make);
    isOne ||= config.type === 'Fuse' || config.type === 'ByteLevel';
  }
  return () => inSequence(makes.map((make) => make()));
}

const flat = (config: JsonObject): JsonObject[] =>
  config.type === 'Sequence' ? (config.decoders as JsonObject[]).flatMap(flat) : [config];

function stageOf(config: JsonObject, where: string, isOne: boolean): Make {
  switch (config.type) {
    case 'ByteLevel':
      return byteLevel;
    case 'ByteFallback':
      return byteFallback;
    case 'Fuse':
      return () => each((token) => token);
    case 'Replace':
      return replace(config, where);
    case 'Strip':
      return strip(config, isOne);
    case 'Metaspace':
      return metaspace(config);
    case 'WordPiece':
      return wordPiece(config);
    case 'BPEDecoder':
      return suffixed(config);
  }
  throw new FileError(
    `${where}: its decoder is of type ${shown(config.type)}, which is not known here; use another tokenizer.`,
  );
}

const each = (map: (token: string) => string): Stage => ({ push: (token) => [map(token)], end: () => [] });

function inSequence(stages: readonly Stage[]): Stage {
  const through = (tokens: string[], from: number): string[] =>
    stages.slice(from).reduce((list, stage) => list.flatMap((token) => stage.push(token)), tokens);
  return {
    push: (token) => through([token], 0),
    end: () => stages.flatMap((stage, i) => through(stage.end(), i + 1)),
  };
}

/** For a stage that must see all of the text. */
const whole =
  (make: Make): Make =>
  () => {
    const texts: string[] = [];
    return {
      push(text) {
        texts.push(text);
        return [];
      },
      end() {
        const stage = make();
        return [...stage.push(texts.join('')), ...stage.end()];
      },
    };
  };

const apart: Make = () => {
  let begun = false;
  return each((token) => {
    const text = begun ? ` ${token}` : token;
    begun = true;
    return text;
  });
};

/** Characters that stand for bytes. A token with any other character is text itself. */
const byteLevel: Make = () => {
  const decoder = utf8();
  const encoder = new TextEncoder();
  return {
    push(token) {
      const bytes = Array.from(token, (character) => byteOf.get(character));
      const known = bytes.includes(undefined) ? encoder.encode(token) : Uint8Array.from(bytes as number[]);
      return [decoder.decode(known, { stream: true })];
    },
    end: () => [decoder.decode()],
  };
};

/** Runs of tokens such as <0xE2> are decoded together; one that is no UTF-8 gives U+FFFD for each byte of it. */
const byteFallback: Make = () => {
  let bytes: number[] = [];
  const said = (): string[] => {
    const run = bytes;
    bytes = [];
    if (run.length === 0) return [];
    try {
      return [new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(run))];
    } catch {
      return ['\ufffd'.repeat(run.length)];
    }
  };
  return {
    push(token) {
      if (!/^<0x[0-9A-Fa-f]{2}>$/.test(token)) return [...said(), token];
      bytes.push(Number(token.slice(1, 5)));
      return [];
    },
    end: said,
  };
};

function replace({ pattern, content }: JsonObject, where: string): Make {
  const text = (pattern as JsonObject | undefined)?.String;
  if (typeof text !== 'string' || text === '' || typeof content !== 'string') {
    throw new FileError(
      `${where}: its decoder replaces ${shown(pattern)} by ${shown(content)}; only a text can be replaced by a text here.`,
    );
  }
  return () => each((token) => token.replaceAll(text, () => content));
}

/** Up to `start` characters at the beginning, and `stop` at the end, where they are `content`: of each token, or of one in pieces. */
function strip({ content, start, stop }: JsonObject, isOne: boolean): Make {
  return () => {
    let left = start as number;
    return each((token) => {
      const characters = Array.from(token);
      let [from, to] = [0, characters.length];
      if (!isOne) left = start as number;
      while (from < to && left > 0 && characters[from] === content) [from, left] = [from + 1, left - 1];
      if (from < to) left = 0;
      for (let n = 0; n < (stop as number) && to > from && characters[to - 1] === content; n++) to--;
      return characters.slice(from, to).join('');
    });
  };
}

function metaspace({ replacement, prepend_scheme, add_prefix_space }: JsonObject): Make {
  const scheme = prepend_scheme ?? (add_prefix_space === false ? 'never' : 'always');
  return () => {
    let isFirst = scheme !== 'never';
    return each((token) => {
      const text = token.replaceAll(replacement as string, isFirst ? '' : ' ');
      isFirst = false;
      return text;
    });
  };
}

function wordPiece({ prefix, cleanup }: JsonObject): Make {
  return () => {
    let begun = false;
    return each((token) => {
      const isInside = token.startsWith(prefix as string);
      const text = !begun ? token : isInside ? token.slice((prefix as string).length) : ` ${token}`;
      begun = true;
      return cleanup ? cleaned(text) : text;
    });
  };
}

/** Spaces before punctuation and inside of contractions of English. */
const cleaned = (text: string): string =>
  text
    .replaceAll(/ ([.?!,])/g, '$1')
    .replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m")
    .replaceAll(' do not', " don't")
    .replaceAll(" 's", "'s")
    .replaceAll(" 've", "'ve")
    .replaceAll(" 're", "'re");

/** The end of a word is a space, unless it is the end of all. */
function suffixed({ suffix }: JsonObject): Make {
  return () => {
    let held: string | null = null;
    const said = (end: string): string[] => (held === null ? [] : [held.replaceAll(suffix as string, end)]);
    return {
      push(token) {
        const text = said(' ');
        held = token;
        return text;
      },
      end: () => said(''),
    };
  };
}

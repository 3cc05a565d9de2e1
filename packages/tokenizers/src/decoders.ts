// Tokens into text, one by one: each decoder of `tokenizer.json` as a stage. Whole lists go the same way, so that a stream says what they say.
import { byteOf } from './byte-level.ts';
import { utf8 } from './bytes.ts';
import type { Part } from './part.ts';
import { patternIn } from './patterns.ts';

/** Takes tokens, gives what is certain of the text by then. */
export interface Stage {
  push(token: string): string[];
  end(): string[];
}

/** A decoder, or null: tokens stand apart by spaces. Makes a stage for each text. @throws FileError for what is not known. */
export function decoderOf(config: Part | null): () => Stage {
  return config === null ? apart : chain([config]);
}

type Make = () => Stage;

function chain(configs: readonly Part[]): Make {
  const makes: Make[] = [];
  // Whether the stages before give one token in pieces, not tokens.
  let isOne = false;
  for (const config of configs.flatMap(flat)) {
    const make = stageOf(config, isOne);
    const isStreaming = config.type === 'Fuse' || (config.type === 'Strip' && config.whole('stop') === 0);
    makes.push(isOne && !isStreaming ? whole(make) : make);
    isOne ||= config.type === 'Fuse' || config.type === 'ByteLevel';
  }
  return () => inSequence(makes.map((make) => make()));
}

const flat = (config: Part): Part[] => (config.type === 'Sequence' ? config.parts('decoders').flatMap(flat) : [config]);

function stageOf(config: Part, isOne: boolean): Make {
  switch (config.type) {
    case 'ByteLevel':
      return byteLevel;
    case 'ByteFallback':
      return byteFallback;
    case 'Fuse':
      return () => each((token) => token);
    case 'Replace':
      return replace(config);
    case 'Strip':
      return strip(config, isOne);
    case 'Metaspace':
      return metaspace(config);
    case 'WordPiece':
      return wordPiece(config);
    case 'BPEDecoder':
      return suffixed(config);
  }
  throw config.unknown();
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

function replace(config: Part): Make {
  const pattern = patternIn(config);
  const content = config.text('content');
  return () => each((token) => token.replaceAll(pattern, () => content));
}

/** Up to `start` characters at the beginning, and `stop` at the end, where they are `content`: of each token, or of one in pieces. */
function strip(config: Part, isOne: boolean): Make {
  const [content, start, stop] = [config.text('content'), config.whole('start'), config.whole('stop')];
  return () => {
    let left = start;
    return each((token) => {
      const characters = Array.from(token);
      let [from, to] = [0, characters.length];
      if (!isOne) left = start;
      while (from < to && left > 0 && characters[from] === content) [from, left] = [from + 1, left - 1];
      if (from < to) left = 0;
      for (let n = 0; n < stop && to > from && characters[to - 1] === content; n++) to--;
      return characters.slice(from, to).join('');
    });
  };
}

function metaspace(config: Part): Make {
  const mark = config.text('replacement', '▁');
  const scheme = config.text('prepend_scheme', config.flag('add_prefix_space', true) ? 'always' : 'never');
  return () => {
    let isFirst = scheme !== 'never';
    return each((token) => {
      const text = token.replaceAll(mark, isFirst ? '' : ' ');
      isFirst = false;
      return text;
    });
  };
}

function wordPiece(config: Part): Make {
  const [prefix, cleanup] = [config.text('prefix', '##'), config.flag('cleanup', true)];
  return () => {
    let begun = false;
    return each((token) => {
      const isInside = token.startsWith(prefix);
      const text = !begun ? token : isInside ? token.slice(prefix.length) : ` ${token}`;
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
function suffixed(config: Part): Make {
  const suffix = config.text('suffix', '</w>');
  return () => {
    let held: string | null = null;
    const said = (end: string): string[] => (held === null ? [] : [held.replaceAll(suffix, end)]);
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

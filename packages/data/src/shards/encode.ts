// Texts into ids, document by document and part by part.
import type { Tokenizer } from '@twilljs/tokenizers';
import { firstTenths } from '../cut.ts';
import { SEPARATOR } from '../documents.ts';
import { strictUtf8 } from '../refused.ts';
import { safeCut } from './cutting.ts';
import { idsOfWidth, type Width, widthFor } from './layout.ts';
import type { Cut, ShardWriter } from './write.ts';

/** How texts become ids. */
export interface Encoding {
  /** What says whether two are the same; null for bytes. */
  readonly identity: EncodingIdentity | null;
  readonly width: Width;
  /** Ids between two documents of a stream; none where each is marked by ids of its own. */
  readonly separator: Int32Array;
  /** The encoder of the documents of one shard. */
  encoder(writer: ShardWriter): Encoder;
}

/** What decides which tokens a text becomes: a tokenizer, and marks around each document. */
export interface EncodingIdentity {
  /** Digest of the tokenizer. */
  readonly tokenizer: string;
  /** Ids before and after each document. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Takes documents in parts and writes their ids. */
export interface Encoder {
  add(text: Uint8Array | string): void;
  /** The document ends. @param withCut where its last tenth begins is found out too. */
  end(withCut: boolean): void;
}

/** A byte is an id. */
export function byteEncoding(): Encoding {
  const utf8 = new TextEncoder();
  return {
    identity: null,
    width: 1,
    separator: Int32Array.from(utf8.encode(SEPARATOR)),
    encoder(writer) {
      let length = 0;
      return {
        add(text) {
          const bytes = typeof text === 'string' ? utf8.encode(text) : text;
          writer.append(bytes);
          length += bytes.length;
        },
        end(withCut) {
          const at = withCut ? firstTenths(length, 10, (i) => writer.readBack(i, i + 1)[0]) : 0;
          writer.endDocument(length, withCut ? { tokens: at, bytes: at } : null);
          length = 0;
        },
      };
    },
  };
}

/** Ids that begin and end each document. */
export interface Marks {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Ids of a tokenizer. Documents without marks of their own are kept apart as bytes are, by two newlines. */
export async function tokenEncoding(tokenizer: Tokenizer, marks: Marks): Promise<Encoding> {
  const { before, after } = marks;
  const hasMarks = before.length + after.length > 0;
  const plain = (text: string) => tokenizer.encode(text, { addSpecialTokens: false });
  const width = widthFor(tokenizer.vocabSize);
  return {
    identity: { tokenizer: await tokenizer.digest(), before, after },
    width,
    separator: hasMarks ? new Int32Array(0) : plain(SEPARATOR),
    encoder: (writer) => new TextEncoderOf(writer, plain, width, marks),
  };
}

/** Characters of a text that are encoded at once. */
const PART = 2 ** 16;

/**
 * Encodes a text in parts that are cut where it makes no difference: before white space after a letter, where what stands around the
 * cut has the same ids with it and without it. Where there is no such place in a part, it is cut at a character.
 */
class TextEncoderOf implements Encoder {
  private readonly writer: ShardWriter;
  private readonly encode: (text: string) => Int32Array;
  private readonly width: Width;
  private readonly marks: Marks;
  private decoder = strictUtf8();
  private text = ''; // not encoded yet
  private context = ''; // what stands before it and is encoded with it, so that it is no beginning
  private cuts: Cut[] = [];
  private tokens = 0;
  private bytes = 0;

  constructor(writer: ShardWriter, encode: (text: string) => Int32Array, width: Width, marks: Marks) {
    this.writer = writer;
    this.encode = encode;
    this.width = width;
    this.marks = marks;
  }

  add(text: Uint8Array | string): void {
    this.text += typeof text === 'string' ? text : this.decoder.decode(text, { stream: true });
    while (this.text.length > 2 * PART) this.part(PART, 'anywhere');
  }

  end(withCut: boolean): void {
    this.text += this.decoder.decode();
    const total = this.bytes + Buffer.byteLength(this.text);
    const target = total - Math.ceil(total / 10);
    let cut: Cut | undefined;
    if (withCut && this.bytes < target) {
      const near = Math.floor((this.text.length * (target - this.bytes)) / (total - this.bytes));
      const before = this.cuts.length;
      this.part(near, 'safely');
      cut = this.cuts[before];
    }
    cut ??= this.cuts.findLast(({ bytes }) => bytes <= target) ?? { tokens: 0, bytes: 0 };
    if (this.text !== '') this.emit(this.text.length, '');
    if (total > 0) this.mark(this.marks.after);
    this.writer.endDocument(total, withCut ? cut : null);
    Object.assign(this, { decoder: strictUtf8(), text: '', context: '', cuts: [], tokens: 0, bytes: 0 });
  }

  /** Encodes what stands before a place, or before one that is better for a cut. */
  private part(near: number, how: 'safely' | 'anywhere'): void {
    const found = safeCut(this.text, near, this.encode);
    if (found) this.emit(found.at, found.context);
    else if (how === 'anywhere') this.emit(isInside(this.text, near) ? near - 1 : near, '');
  }

  private emit(at: number, context: string): void {
    if (at === 0) return;
    if (this.tokens === 0) this.mark(this.marks.before);
    const part = this.text.slice(0, at);
    const skipped = this.context === '' ? 0 : this.encode(this.context).length;
    const ids = this.encode(this.context + part).subarray(skipped);
    this.append(ids);
    this.bytes += Buffer.byteLength(part);
    this.cuts.push({ tokens: this.tokens, bytes: this.bytes });
    [this.text, this.context] = [this.text.slice(at), context];
  }

  private mark(ids: readonly number[]): void {
    this.append(Int32Array.from(ids));
  }

  private append(ids: Int32Array): void {
    const out = idsOfWidth(this.width, ids.length);
    out.set(ids);
    this.writer.append(out);
    this.tokens += ids.length;
  }
}

/** Whether a place is between the two halves of a character. */
const isInside = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;

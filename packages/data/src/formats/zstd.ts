// Zstandard: fzstd decompresses; frames are told apart here, so that the checksum that ends one is compared.
import { Decompress } from 'fzstd';
import xxhash from 'xxhash-wasm';

const MAGIC = 0xfd2fb528;
/** The first of sixteen that begin frames which hold something else. */
const SKIPPABLE = 0x184d2a50;

/**
 * The bytes that compressed ones stand for, frame after frame.
 *
 * @throws Error that says what is broken: a form that is none, an end too soon, a checksum that differs.
 * @see RFC 8878, section 3.1.
 */
export async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { create64 } = await xxhash();
  const bytes = new Taking(chunks);
  while (!(await bytes.isAtEnd())) {
    const magic = await bytes.take(4);
    if ((word(magic) & 0xfffffff0) >>> 0 === SKIPPABLE) {
      await bytes.take(word(await bytes.take(4)));
      continue;
    }
    if (word(magic) !== MAGIC) throw new Error('it does not begin as Zstandard does');
    const descriptor = await bytes.take(1);
    const header = await bytes.take(headerLength(descriptor[0]));
    const hasChecksum = (descriptor[0] & 4) !== 0;
    const hash = create64();
    const out: Uint8Array[] = [];
    const frame = new Decompress((part) => {
      hash.update(part);
      out.push(part);
    });
    frame.push(joined([magic, descriptor, header]));
    for (let isLast = false; !isLast; yield* out.splice(0)) {
      const head = await bytes.take(3);
      const [low, type] = [head[0] & 1, (head[0] >> 1) & 3];
      const size = (head[0] | (head[1] << 8) | (head[2] << 16)) >> 3;
      isLast = low === 1;
      const body = await bytes.take(type === 1 ? 1 : size); // a byte that is repeated
      frame.push(joined([head, body]), isLast && !hasChecksum);
    }
    if (!hasChecksum) continue;
    const checksum = await bytes.take(4);
    if (Number(hash.digest() & 0xffffffffn) !== word(checksum)) {
      throw new Error('its checksum is not that of its content');
    }
    frame.push(checksum, true);
  }
}

/** Bytes of a frame's header after its descriptor: size of the window, dictionary, size of the content. */
function headerLength(descriptor: number): number {
  const isSingle = (descriptor & 32) !== 0;
  const size = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6];
  return (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3] + size;
}

const word = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Bytes of a stream in pieces of any size. */
class Taking {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private held: Uint8Array[] = [];
  private length = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  async isAtEnd(): Promise<boolean> {
    while (this.length === 0) if (!(await this.more())) return true;
    return false;
  }

  /** @throws Error where fewer are left. */
  async take(count: number): Promise<Uint8Array> {
    while (this.length < count) if (!(await this.more())) throw new Error('it ends too soon');
    const all = this.held.length === 1 ? this.held[0] : joined(this.held);
    this.held = [all.subarray(count)];
    this.length -= count;
    return all.subarray(0, count);
  }

  private async more(): Promise<boolean> {
    const { done, value } = await this.chunks.next();
    if (done) return false;
    this.held.push(value);
    this.length += value.length;
    return true;
  }
}

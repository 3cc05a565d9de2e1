// What a kernel module may hold: code that works on the device's memory, and nothing of its own.

const sections = { import: 2, global: 6, start: 8, element: 9, data: 11 };
const kinds = ['function', 'table', 'memory', 'global', 'tag'];

/** Reader of the binary format's integers and names. */
class Cursor {
  readonly bytes: Uint8Array;
  at = 0;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  byte(): number {
    return this.bytes[this.at++];
  }
  /** Unsigned LEB128. */
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }
  name(): string {
    const length = this.u32();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }
  limits(): void {
    const flags = this.byte();
    this.u32();
    if (flags & 1) this.u32();
  }
}

function importsOf(cursor: Cursor, calls: boolean): string[] {
  const found: string[] = [];
  for (let n = cursor.u32(); n > 0; n--) {
    const name = `${cursor.name()}.${cursor.name()}`;
    const kind = cursor.byte();
    if (kind === 0) cursor.u32();
    else if (kind === 1) {
      cursor.byte();
      cursor.limits();
    } else if (kind === 2) cursor.limits();
    else if (kind === 3) cursor.at += 2;
    const known = name === 'env.memory' ? kind === 2 : calls && name === 'env.table' && kind === 1;
    if (!known) found.push(`it imports the ${kinds[kind]} ${name}`);
  }
  return found;
}

function globalsOf(cursor: Cursor): string[] {
  const found: string[] = [];
  for (let n = cursor.u32(); n > 0; n--) {
    cursor.byte();
    if (cursor.byte() === 1) found.push('it has a mutable global');
    // The initial value is one constant instruction and `end`.
    const opcode = cursor.byte();
    if (opcode === 0x43) cursor.at += 4;
    else if (opcode === 0x44) cursor.at += 8;
    else cursor.u32();
    cursor.byte();
  }
  return found;
}

/**
 * Everything that forbids a module from sharing one memory with others; empty when it may.
 *
 * @param calls whether it may call functions of others, through the device's table.
 */
export function faults(module: Uint8Array, calls = false): string[] {
  const cursor = new Cursor(module);
  cursor.at = 8;
  const found: string[] = [];
  while (cursor.at < module.length) {
    const id = cursor.byte();
    const end = cursor.u32() + cursor.at;
    if (id === sections.import) found.push(...importsOf(cursor, calls));
    else if (id === sections.global) found.push(...globalsOf(cursor));
    else if (id === sections.start) found.push('it has a start function');
    else if (id === sections.element && calls) found.push('it has functions of its own in the table');
    else if (id === sections.data && cursor.u32() > 0) found.push('it has a data section');
    cursor.at = end;
  }
  return found;
}

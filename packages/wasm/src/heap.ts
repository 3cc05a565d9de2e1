// The device's memory as the host sees it: views that follow its growth.

export class Heap {
  readonly memory: WebAssembly.Memory;
  private buffer: ArrayBufferLike;
  private u8: Uint8Array;
  private words: Int32Array;
  private floats: Float32Array;
  private doubles: Float64Array;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.buffer = memory.buffer;
    this.u8 = new Uint8Array(this.buffer);
    this.words = new Int32Array(this.buffer);
    this.floats = new Float32Array(this.buffer);
    this.doubles = new Float64Array(this.buffer);
  }

  get bytes(): Uint8Array {
    this.follow();
    return this.u8;
  }
  get i32(): Int32Array {
    this.follow();
    return this.words;
  }
  get f32(): Float32Array {
    this.follow();
    return this.floats;
  }
  get f64(): Float64Array {
    this.follow();
    return this.doubles;
  }

  /** The memory's buffer is replaced when it grows. */
  private follow(): void {
    if (this.buffer === this.memory.buffer) return;
    this.buffer = this.memory.buffer;
    this.u8 = new Uint8Array(this.buffer);
    this.words = new Int32Array(this.buffer);
    this.floats = new Float32Array(this.buffer);
    this.doubles = new Float64Array(this.buffer);
  }
}

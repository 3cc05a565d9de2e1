// Tensor: a contiguous array on a device, with the primitives as methods.
import { reshape } from './apply.ts';
import { tensor } from './create.ts';
import type { Device, DeviceBuffer } from './device.ts';
import { DeviceError, ShapeError } from './errors.ts';
import { requireDevice } from './inputs.ts';
import { binary } from './ops/binary.ts';
import { cumsum, type MatmulOptions, matmul } from './ops/linear-algebra.ts';
import { type BandAttrs, band, broadcastTo, pad, permute, slice } from './ops/movement.ts';
import { maxTo, reducedShape, sumTo } from './ops/reduce.ts';
import { affine, cast, unary } from './ops/unary.ts';
import { flag } from './options.ts';
import { relieve } from './outside.ts';
import { activeRecorder, noteChange, numberTensor, requireOutsideStep } from './recorder.ts';
import { bytesPer, type Data, type DType, type Shape, type Spec, size } from './shape.ts';
import { adopt, disown, type Holder, type Storage } from './storage.ts';
import type { Slot } from './tape.ts';

export class Tensor implements Spec, Holder {
  /** Internal: grows from tensor to tensor. */
  readonly born = numberTensor();
  readonly shape: Shape;
  dtype: DType;
  /** The identity under which gradients are collected; undefined for constants. */
  slot: Slot | undefined;
  /** Whether it is a parameter of a module, by `parameter` or `freeze`. */
  isParameter = false;
  /** Internal: whether it was computed with, as a constant, while a gradient could be recorded. */
  used = false;
  /** Internal: whether a recording uses it where it is. */
  captured = false;
  home: Holder['home'] = 'kept';
  private storage: Storage | null;
  private byteOffset: number;
  device: Device;
  private viewed: DeviceBuffer | undefined;

  /** Internal: takes over one handle of `storage`. Use `tensor`, `zeros`, ... */
  constructor(storage: Storage | null, device: Device, shape: Shape, dtype: DType, byteOffset = 0) {
    this.storage = storage;
    this.device = device;
    this.shape = shape;
    this.dtype = dtype;
    this.byteOffset = byteOffset;
  }

  /** Number of elements. */
  get size(): number {
    return size(this.shape);
  }

  /** Internal. @throws DeviceError for a tensor whose memory was given back. */
  requireMemory(): Storage {
    if (this.storage) return this.storage;
    throw new DeviceError(
      `tensor [${this.shape}]: its memory was already given back; return it from scope() or read it before the scope ends.`,
    );
  }

  /** Internal: where it begins in its memory, in bytes. */
  get offset(): number {
    return this.byteOffset;
  }

  /** Internal: whether it lies there. */
  isAt(storage: Storage, offset: number): boolean {
    return this.storage === storage && this.byteOffset === offset;
  }

  /** Internal: the memory of this tensor on its device. */
  get buffer(): DeviceBuffer {
    const storage = this.requireMemory();
    const bytes = this.size * bytesPer[this.dtype];
    if (this.byteOffset === 0 && bytes === storage.bytes) return storage.buffer;
    this.viewed ??= this.device.view(storage.buffer, this.byteOffset, bytes);
    return this.viewed;
  }

  /** Internal: another handle on the same memory, without a gradient and outside scopes. */
  handle(): Tensor {
    activeRecorder()?.viewed(this);
    return new Tensor(this.requireMemory().retain(), this.device, this.shape, this.dtype, this.byteOffset);
  }

  /** Internal: shape and dtype only. */
  hollow(): Tensor {
    return new Tensor(null, this.device, this.shape, this.dtype);
  }

  /** Internal: the same memory under another shape, or a part of it. */
  alias(shape: Shape, elementOffset = 0): Tensor {
    activeRecorder()?.viewed(this);
    const offset = this.byteOffset + elementOffset * bytesPer[this.dtype];
    const out = new Tensor(this.requireMemory().retain(), this.device, shape, this.dtype, offset);
    adopt(out);
    return out;
  }

  /** Internal: this tensor becomes a part of an arena, on the arena's device; its old memory is given back. */
  moveTo(arena: Tensor, elementOffset: number): void {
    const storage = arena.requireMemory().retain();
    if (this.captured) noteChange();
    disown(this);
    this.storage?.release();
    this.storage = storage;
    this.device = arena.device;
    this.dtype = arena.dtype;
    this.byteOffset = arena.byteOffset + elementOffset * bytesPer[arena.dtype];
    this.viewed = undefined;
  }

  held(): Storage[] {
    return this.storage ? [this.storage] : [];
  }

  release(): void {
    if (!this.storage) return;
    if (this.captured) noteChange();
    disown(this);
    this.storage.release();
    this.storage = null;
  }

  /**
   * A copy of the values on the host; of bf16 the bits. The only wait besides acquiring a device.
   *
   * @throws OptionError inside a step that is being recorded, where there are no values yet.
   */
  async data(): Promise<Data> {
    requireOutsideStep('data() or item()', 'where values are not known; return the tensor.');
    const values = await this.device.read(this.buffer, this.dtype, this.size);
    await relieve();
    return values;
  }

  /** The single value of a tensor of one element. @throws ShapeError for more or fewer elements. */
  async item(): Promise<number> {
    if (this.size !== 1) throw new ShapeError(`item: [${this.shape}] has ${this.size} elements, not 1; use data().`);
    return (await cast(this).data())[0];
  }

  /** What Node prints of it: not the values, for which the device would have to be asked. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Tensor [${this.shape}] ${this.dtype} on ${this.device.label}${this.storage ? '' : ', given back'}`;
  }

  /** The same values on another device: a copy through the host. */
  async to(device: Device): Promise<Tensor> {
    requireDevice('to', device);
    if (device === this.device) return this;
    const dtype = this.dtype === this.device.float ? device.float : this.dtype;
    return tensor(await this.data(), this.shape, { device, dtype });
  }

  add(b: Tensor | number): Tensor {
    return typeof b === 'number' ? affine(this, 1, b) : binary.add(this, b);
  }
  sub(b: Tensor | number): Tensor {
    return typeof b === 'number' ? affine(this, 1, -b) : binary.sub(this, b);
  }
  mul(b: Tensor | number): Tensor {
    return typeof b === 'number' ? affine(this, b, 0) : binary.mul(this, b);
  }
  div(b: Tensor | number): Tensor {
    return typeof b === 'number' ? affine(this, 1 / b, 0) : binary.div(this, b);
  }
  maximum(b: Tensor): Tensor {
    return binary.maximum(this, b);
  }
  /** These values where `mask` is not 0, and 0 elsewhere, whatever stands there: what is masked may be infinite or NaN. */
  where(mask: Tensor): Tensor {
    return binary.where(this, mask);
  }

  neg(): Tensor {
    return unary.neg(this);
  }
  exp(): Tensor {
    return unary.exp(this);
  }
  log(): Tensor {
    return unary.log(this);
  }
  sqrt(): Tensor {
    return unary.sqrt(this);
  }
  reciprocal(): Tensor {
    return unary.reciprocal(this);
  }
  sigmoid(): Tensor {
    return unary.sigmoid(this);
  }
  tanh(): Tensor {
    return unary.tanh(this);
  }
  relu(): Tensor {
    return unary.relu(this);
  }
  softplus(): Tensor {
    return unary.softplus(this);
  }

  /** Sum over one axis, several, or all; `keep` leaves the summed axes as 1. */
  sum(axes?: number | readonly number[], keep = false): Tensor {
    const { to, squeezed } = reducedShape('sum', this.shape, axes);
    flag('sum: keep', keep);
    const y = sumTo(this, to);
    return keep ? y : y.reshape(squeezed);
  }
  /** Mean over one axis, several, or all. */
  mean(axes?: number | readonly number[], keep = false): Tensor {
    const y = this.sum(axes, keep);
    return y.mul(y.size / this.size);
  }
  max(axes?: number | readonly number[], keep = false): Tensor {
    const { to, squeezed } = reducedShape('max', this.shape, axes);
    flag('max: keep', keep);
    const y = maxTo(this, to);
    return keep ? y : y.reshape(squeezed);
  }
  /** this @ b over the last two axes; a `b` of two axes serves all leading axes. */
  matmul(b: Tensor, options?: MatmulOptions): Tensor {
    return matmul(this, b, options);
  }
  cumsum(axis: number, reverse = false): Tensor {
    return cumsum(this, axis, reverse);
  }

  /** The same elements in order under another shape, without a copy; one axis may be -1. */
  reshape(shape: Shape): Tensor {
    return reshape(this, shape);
  }
  permute(axes: readonly number[]): Tensor {
    return permute(this, axes);
  }
  broadcastTo(shape: Shape): Tensor {
    return broadcastTo(this, shape);
  }
  slice(axis: number, from: number, to: number): Tensor {
    return slice(this, axis, from, to);
  }
  pad(axis: number, before: number, after: number): Tensor {
    return pad(this, axis, before, after);
  }
  band(attrs: BandAttrs): Tensor {
    return band(this, attrs);
  }
}

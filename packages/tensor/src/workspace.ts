// The memory in which recordings of a device compute: one for all, since nothing in it lives from one replay to the next.
import type { Device, DeviceBuffer } from './device.ts';
import { allocate } from './outside.ts';

export class Workspace {
  private readonly device: Device;
  buffer: DeviceBuffer = null;
  bytes = 0;
  /** Changes with the buffer. */
  version = 0;
  private readonly wanted = new Map<object, number>();

  constructor(device: Device) {
    this.device = device;
  }

  /** Room for `bytes`, until `owner` releases it. */
  require(owner: object, bytes: number): void {
    this.wanted.set(owner, bytes);
    if (bytes > this.bytes) this.resize(bytes);
  }

  /** What only `owner` needed is given back. */
  release(owner: object): void {
    if (!this.wanted.delete(owner)) return;
    const most = Math.max(0, ...this.wanted.values());
    if (most < this.bytes) this.resize(most);
  }

  /** On a device that poisons fresh memory, what a replay has not written yet is NaN too. */
  poison(): void {
    if (!this.device.poison || this.bytes === 0) return;
    this.device.write(this.buffer, new Int32Array(this.bytes / 4).fill(-1));
  }

  private resize(bytes: number): void {
    if (this.bytes > 0) this.device.free(this.buffer);
    this.bytes = 0;
    this.version++;
    if (bytes > 0) this.buffer = allocate(this.device, bytes);
    this.bytes = bytes;
  }
}

const workspaces = /* @__PURE__ */ new WeakMap<Device, Workspace>();

export function workspaceOf(device: Device): Workspace {
  const known = workspaces.get(device);
  if (known) return known;
  const workspace = new Workspace(device);
  workspaces.set(device, workspace);
  return workspace;
}

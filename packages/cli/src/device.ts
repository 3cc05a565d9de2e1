// The device that `--device` names.
import { cpu, type Device } from '@twilljs/tensor';
import { device } from 'twilljs';
import type { DeviceName } from './command.ts';

/** What flags say of a device. */
export interface DeviceFlags {
  readonly device?: DeviceName | undefined;
  readonly eager?: boolean | undefined;
}

/** @throws DeviceError when it does not run on this machine. */
export async function openDevice({ device: name, eager = false }: DeviceFlags): Promise<Device> {
  return name === 'cpu' ? cpu({ eager }) : device({ eager });
}

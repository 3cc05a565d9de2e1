// The device that `--device` names.
import { cpu, type Device } from '@twilljs/tensor';
import { device } from 'twilljs';
import type { DeviceName } from './command.ts';

/** @throws DeviceError when it does not run on this machine. */
export async function openDevice(name: DeviceName | undefined): Promise<Device> {
  return name === 'cpu' ? cpu() : device();
}

/** `wasm (relaxed)`, `cpu`. */
export function deviceLabel(device: Device): string {
  const { tier } = device as { tier?: string };
  return tier === undefined ? device.name : `${device.name} (${tier})`;
}

import type { Fault } from '../fault/fault.ts';
import { isSoftware } from './backends/adapter.ts';
import { meterBuffers } from './backends/buffer_meter.ts';
import { lostDevice, refusedBuffer, refusedCommand } from './device_faults.ts';

/** Limits that decide which models fit; asked for as high as the adapter offers. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

const OPTIONAL_FEATURES: readonly GPUFeatureName[] = ['subgroups'];

/** An adapter, and whether it is software. */
export interface AdapterReport {
  readonly adapter: GPUAdapter;
  readonly description: string;
  readonly software: boolean;
}

/** The best adapter of this machine, or undefined where WebGPU is absent or has none. */
export async function findAdapter(): Promise<AdapterReport | undefined> {
  if (typeof navigator === 'undefined' || !('gpu' in navigator) || !navigator.gpu) return undefined;
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return undefined;
  const { vendor, architecture, description } = adapter.info;
  const words = [description || vendor, architecture].filter((word) => word !== '');
  return { adapter, description: words.join(' ') || 'unnamed adapter', software: isSoftware(adapter.info) };
}

/**
 * Opens a device with the adapter's own limits; `onFault` is called once, when the device is lost, refuses a command, or has
 * no room for a buffer.
 *
 * A validation error drops a whole command buffer without any exception, so results would be zeros or old values: it ends
 * the run as a lost device does.
 */
export async function openDevice(adapter: GPUAdapter, onFault: (fault: Fault) => void): Promise<GPUDevice> {
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = OPTIONAL_FEATURES.filter((name) => adapter.features.has(name));
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
  let reported = false;
  const report = (fault: Fault) => {
    if (!reported) onFault(fault);
    reported = true;
  };
  meterBuffers(device, (...refused) => report(refusedBuffer(...refused)));
  void device.lost.then((info) => report(lostDevice(info)));
  device.addEventListener('uncapturederror', (event) => report(refusedCommand(event.error)));
  return device;
}

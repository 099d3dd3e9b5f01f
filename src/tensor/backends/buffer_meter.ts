/** How many bytes the buffers of a device hold, counted as they are made and destroyed. */
const METERS = new WeakMap<GPUDevice, Meter>();

interface Meter {
  held: number;
  /** The most that was held since it was last asked for. */
  most: number;
}

/** Counts the bytes of a device's buffers from now on. */
export function meterBuffers(device: GPUDevice): void {
  const create = device.createBuffer.bind(device);
  const meter: Meter = { held: 0, most: 0 };
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    let { size } = buffer;
    meter.held += size;
    meter.most = Math.max(meter.most, meter.held);
    buffer.destroy = () => {
      meter.held -= size;
      size = 0;
      return destroy();
    };
    return buffer;
  };
  METERS.set(device, meter);
}

/** Bytes of the buffers of a device that were made and not destroyed since it is metered; undefined where it is not. */
export function heldBytes(device: GPUDevice): number | undefined {
  return METERS.get(device)?.held;
}

/** The most bytes that they held at a time since this was last asked, or since the device is metered. */
export function mostBytes(device: GPUDevice): number | undefined {
  const meter = METERS.get(device);
  if (!meter) return undefined;
  const { most } = meter;
  meter.most = meter.held;
  return most;
}

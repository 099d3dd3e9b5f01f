/** How many bytes the buffers of a device hold, counted as they are made and destroyed. */
const HELD = new WeakMap<GPUDevice, () => number>();

/** Counts the bytes of a device's buffers from now on. */
export function meterBuffers(device: GPUDevice): void {
  const create = device.createBuffer.bind(device);
  let held = 0;
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    let { size } = buffer;
    held += size;
    buffer.destroy = () => {
      held -= size;
      size = 0;
      return destroy();
    };
    return buffer;
  };
  HELD.set(device, () => held);
}

/** Bytes of the buffers of a device that were made and not destroyed since it is metered; undefined where it is not. */
export function heldBytes(device: GPUDevice): number | undefined {
  return HELD.get(device)?.();
}

/** How many bytes buffers hold, counted as they are made and destroyed. */
export class ByteMeter {
  #held = 0;
  #peak = 0;

  get held(): number {
    return this.#held;
  }

  /** The most that was held at a time since it was last taken. */
  get peak(): number {
    return this.#peak;
  }

  /** Gives the peak, and has the next one begin at what is held now. */
  takePeak(): number {
    const peak = this.#peak;
    this.#peak = this.#held;
    return peak;
  }

  /** Counts a buffer until it is destroyed. */
  add(buffer: GPUBuffer): void {
    const destroy = buffer.destroy.bind(buffer);
    let { size } = buffer;
    this.#held += size;
    this.#peak = Math.max(this.#peak, this.#held);
    buffer.destroy = () => {
      this.#held -= size;
      size = 0;
      return destroy();
    };
  }
}

const METERS = new WeakMap<GPUDevice, ByteMeter>();

/** Bytes from which on a device is asked whether it had room for a buffer; an answer takes a message to its process. */
const LARGE = 2 ** 20;

/** Hears of a buffer that the device had no room for, and how many bytes were held before. */
export type OnRefused = (descriptor: GPUBufferDescriptor, held: number, error: GPUError) => void;

/** Counts the bytes of a device's buffers from now on. */
export function meterBuffers(device: GPUDevice, onRefused: OnRefused): void {
  const meter = new ByteMeter();
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const { held } = meter;
    const buffer = descriptor.size < LARGE ? create(descriptor) : watched(device, () => create(descriptor), (error) => onRefused(descriptor, held, error));
    meter.add(buffer);
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
  return METERS.get(device)?.takePeak();
}

function watched<T>(device: GPUDevice, make: () => T, onRefused: (error: GPUError) => void): T {
  device.pushErrorScope('out-of-memory');
  try {
    return make();
  } finally {
    // The answer of a device that is lost is a rejection; its loss is told elsewhere.
    device.popErrorScope().then((error) => error && onRefused(error), () => undefined);
  }
}

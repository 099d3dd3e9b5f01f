/** What can go wrong on a GPU, as faults. */
import { Fault } from '../fault/fault.ts';

/** Faults behind which nothing that the device computes is to be trusted. */
const CODES: readonly string[] = ['device-lost', 'gpu-error', 'out-of-gpu-memory'];

/** Whether an error says that the device is of no use any more, rather than that something was asked wrongly. */
export const isDeviceFault = (error: unknown): boolean => error instanceof Fault && CODES.includes(error.code);

/** The device is gone: `device.lost` has settled. */
export function lostDevice({ reason, message }: GPUDeviceLostInfo): Fault {
  return new Fault({
    code: 'device-lost',
    where: 'GPU device',
    expected: 'the device to stay available during the run',
    got: `the browser lost it (${reason}${message ? `: ${message}` : ''})`,
    remedy: 'The run is safe up to its last checkpoint: continue it from the list of runs, with a smaller batch if this happens again.',
  });
}

/** A command that the device refused, which is out of memory or not valid; its message has the labels of what it was given. */
export function refusedCommand(error: GPUError): Fault {
  if (error.constructor.name === 'GPUOutOfMemoryError') return outOfMemory('room for every buffer', error);
  return new Fault({
    code: 'gpu-error',
    where: 'GPU device',
    expected: 'every command to be valid',
    got: `${error.constructor.name}: ${error.message}`,
    remedy: 'The step was discarded. Continue the run from its last checkpoint, or choose the WASM backend.',
  });
}

/** A buffer that the device had no room for, beside the bytes that its buffers held. */
export function refusedBuffer({ size, label }: GPUBufferDescriptor, held: number, error: GPUError): Fault {
  return outOfMemory(`room for ${megabytes(size)} more (${label || 'a tensor'}), beside ${megabytes(held)} that are held`, error);
}

function outOfMemory(expected: string, { message }: GPUError): Fault {
  return new Fault({
    code: 'out-of-gpu-memory',
    where: 'GPU memory',
    expected,
    got: `an error: ${firstLine(message)}`,
    remedy:
      'Choose a smaller batch (per_device_train_batch_size; gradient_accumulation_steps keeps the rows of an update), a shorter length (max_seq_length) or a smaller model, ' +
      'or the WASM backend, or close other pages that use the GPU. A run is safe up to its last checkpoint.',
  });
}

/** A shader that could not be compiled, by the label of its pipeline: the kernel, what it writes and what it reads. */
export function refusedKernel(label: string, messages: readonly GPUCompilationMessage[], error: unknown): Fault {
  const own = messages.filter(({ type }) => type === 'error').map(({ lineNum, linePos, message }) => `line ${lineNum}, column ${linePos}: ${firstLine(message)}`);
  return new Fault({
    code: 'gpu-kernel',
    where: `GPU kernel ${label || 'without a name'}`,
    expected: 'the browser to compile it',
    got: own.length > 0 ? own.join('; ') : `an error: ${firstLine(error instanceof Error ? error.message : String(error))}`,
    remedy: 'Update the browser and the driver of the GPU, or choose the WASM backend; if it happens again, please report it with this message.',
  });
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const firstLine = (text: string): string => text.split('\n')[0]!;

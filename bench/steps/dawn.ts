/** WebGPU in Node, by the optional package `webgpu`. */
import { createRequire } from 'node:module';

interface Dawn {
  create(flags: string[]): GPU;
  readonly globals: Record<string, unknown>;
}

/** Undefined where the package is not installed. */
export function dawn(): Dawn | undefined {
  try {
    return createRequire(import.meta.url)('webgpu') as Dawn;
  } catch {
    return undefined;
  }
}

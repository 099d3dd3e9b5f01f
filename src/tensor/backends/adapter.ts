/** What the kernels choose their WGSL by; fixed for a device, so that equal runs on it give equal bits. */
export interface AdapterTraits {
  /** True where shaders run on the processor: a barrier then costs more than many loads. */
  readonly software: boolean;
  /** Lanes of every subgroup; 1 where subgroups are missing or their size is not fixed. */
  readonly lanes: number;
}

/** Whether an adapter runs shaders on the processor. */
export const isSoftware = ({ isFallbackAdapter, architecture }: GPUAdapterInfo): boolean => isFallbackAdapter || architecture === 'swiftshader';

/** The traits of a device and its adapter. */
export function adapterTraits(device: GPUDevice, info: GPUAdapterInfo): AdapterTraits {
  const fixed = device.features.has('subgroups') && info.subgroupMinSize === info.subgroupMaxSize;
  return { software: isSoftware(info), lanes: fixed ? info.subgroupMinSize : 1 };
}

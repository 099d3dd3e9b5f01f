/** What the kernels choose their WGSL by; fixed for a device, so that equal runs on it give equal bits. */
export interface AdapterTraits {
  /** True where shaders run on the processor: a barrier then costs more than many loads. */
  readonly software: boolean;
  /** Lanes of every subgroup; 1 where subgroups are missing or their size is not fixed. */
  readonly lanes: number;
}

/** The traits of a device and its adapter. */
export function adapterTraits(device: GPUDevice, { isFallbackAdapter, architecture, subgroupMinSize, subgroupMaxSize }: GPUAdapterInfo): AdapterTraits {
  const fixed = device.features.has('subgroups') && subgroupMinSize === subgroupMaxSize;
  return { software: isFallbackAdapter || architecture === 'swiftshader', lanes: fixed ? subgroupMinSize : 1 };
}

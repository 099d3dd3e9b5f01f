/**
 * The lab's own kernels for tfjs's WebAssembly memory, compiled to one module of a few kilobytes.
 *
 * The module imports tfjs's memory and owns none: no static data, no heap, no stack. Every pointer, scratch memory
 * included, comes from the caller. Sizes and strides count elements, pointers are byte addresses.
 */
export { activation, activationGradient } from './activation';
export { adamW } from './adamw';
export { attention, attentionGradient, attentionWorkspaceBytes } from './attention';
export { columnSum } from './column_sum';
export { crossEntropy, crossEntropyGradient } from './cross_entropy';
export { dropout } from './dropout';
export { gemm, gemmScratchBytes } from './gemm';
export { layerNorm, layerNormGradient } from './layer_norm';
export { lookup, lookupGradient } from './lookup';
export { squareNorm } from './square_norm';

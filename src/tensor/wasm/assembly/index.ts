/**
 * The lab's own kernels for tfjs's WebAssembly memory, compiled to one module of a few kilobytes.
 *
 * The module imports tfjs's memory and owns none: no static data, no heap, no stack. Every pointer, scratch memory
 * included, comes from the caller. Sizes and strides count elements, pointers are byte addresses.
 */
export { gemm, gemmScratchBytes } from './gemm';
export { columnSum } from './column_sum';

/**
 * The lab's own kernels for tfjs's WebAssembly memory, compiled to one module of a few kilobytes.
 *
 * The module imports tfjs's memory and owns none: no static data, no heap, no stack. Every pointer, scratch memory
 * included, comes from the caller. Sizes and strides count elements, pointers are byte addresses.
 */
export { activation, activationGradient } from './activation';
export { adamW } from './adamw';
export { attention, attentionGradient, attentionWorkspaceBytes } from './attention';
export { attentionCorrelation, attentionCorrelationGradient, attentionCorrelationWorkspaceBytes } from './attention_correlation';
export { attentionScores, attentionScoresGradient } from './attention_scores';
export { bankProducts, bankProductsGradient } from './bank';
export { columnSum } from './column_sum';
export { crossEntropy, crossEntropyGradient } from './cross_entropy';
export { dropout } from './dropout';
export { gemm, gemmScratchBytes } from './gemm';
export { layerNorm, layerNormGradient } from './layer_norm';
export { lookup, lookupGradient } from './lookup';
export { relationDivergence, relationDivergenceGradient, relationDivergenceWorkspaceBytes } from './relation_divergence';
export { rowDivergence, rowDivergenceGradient, rowDivergenceWorkspaceBytes } from './row_divergence';
export { scoreSquares, scoreSquaresGradient } from './score_squares';
export { squareNorm } from './square_norm';

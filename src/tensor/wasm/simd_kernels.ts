/**
 * What the compiled module exports; `assembly/` says what each kernel computes.
 *
 * Sizes and strides count elements; pointers are byte addresses in tfjs's memory.
 */
export interface SimdKernels {
  gemmScratchBytes(): number;
  gemm(
    m: number, n: number, k: number,
    a: number, aRow: number, aColumn: number,
    b: number, bRow: number, bColumn: number,
    bias: number,
    c: number, cRow: number,
    scratch: number,
  ): void;
  columnSum(rows: number, columns: number, x: number, out: number): void;

  attentionWorkspaceBytes(length: number): number;
  attention(
    batch: number, length: number, queries: number, heads: number, headSize: number,
    q: number, k: number, v: number, mask: number, context: number,
    key: number, threshold: number, factor: number,
    workspace: number, scratch: number,
  ): void;
  attentionGradient(
    batch: number, length: number, queries: number, heads: number, headSize: number,
    dContext: number, q: number, k: number, v: number, mask: number,
    dq: number, dk: number, dv: number,
    key: number, threshold: number, factor: number,
    workspace: number, scratch: number,
  ): void;

  attentionScores(
    batch: number, length: number, heads: number, headSize: number,
    q: number, k: number, mask: number, scores: number,
    workspace: number, scratch: number,
  ): void;
  attentionScoresGradient(
    batch: number, length: number, heads: number, headSize: number,
    dScores: number, q: number, k: number, dq: number, dk: number,
    scratch: number,
  ): void;
  scoreSquares(batch: number, heads: number, length: number, student: number, teacher: number, mask: number, losses: number): void;
  scoreSquaresGradient(batch: number, heads: number, length: number, dy: number, student: number, teacher: number, mask: number, gradient: number): void;

  attentionCorrelationWorkspaceBytes(batch: number, heads: number, length: number): number;
  attentionCorrelation(
    batch: number, heads: number, length: number, threshold: number, floor: number, added: number,
    student: number, teacher: number, mask: number, losses: number, counts: number,
    workspace: number,
  ): void;
  attentionCorrelationGradient(
    batch: number, heads: number, length: number, threshold: number, floor: number, added: number,
    dy: number, counts: number, student: number, teacher: number, mask: number, gradient: number,
    workspace: number,
  ): void;

  rowDivergenceWorkspaceBytes(columns: number): number;
  rowDivergence(rows: number, columns: number, floor: number, teacher: number, student: number, losses: number, workspace: number): void;
  rowDivergenceGradient(rows: number, columns: number, floor: number, dy: number, teacher: number, student: number, gradient: number, workspace: number): void;
  relationDivergenceWorkspaceBytes(length: number): number;
  relationDivergence(
    batch: number, heads: number, length: number, studentSize: number, teacherSize: number,
    student: number, teacher: number, mask: number, losses: number,
    workspace: number, scratch: number,
  ): void;
  relationDivergenceGradient(
    batch: number, heads: number, length: number, studentSize: number, teacherSize: number,
    dy: number, student: number, teacher: number, mask: number, gradient: number,
    workspace: number, scratch: number,
  ): void;

  bankProducts(batch: number, columns: number, width: number, vectors: number, bank: number, rows: number, products: number): void;
  bankProductsGradient(batch: number, columns: number, width: number, dy: number, bank: number, rows: number, gradient: number): void;

  activation(kind: number, size: number, x: number, y: number): void;
  activationGradient(kind: number, size: number, dy: number, x: number, dx: number): void;

  layerNorm(rows: number, columns: number, eps: number, x: number, gamma: number, beta: number, y: number): void;
  layerNormGradient(
    rows: number, columns: number, eps: number,
    dy: number, x: number, gamma: number,
    dx: number, dGamma: number, dBeta: number,
    workspace: number,
  ): void;

  dropout(size: number, key: number, index: number, threshold: number, factor: number, from: number, to: number): void;

  lookup(count: number, columns: number, table: number, ids: number, y: number): void;
  lookupGradient(vocabulary: number, columns: number, dy: number, order: number, start: number, dTable: number): void;

  crossEntropy(rows: number, classes: number, logits: number, labels: number, losses: number): void;
  crossEntropyGradient(rows: number, classes: number, dy: number, logits: number, labels: number, dLogits: number): void;

  adamW(
    size: number, p: number, m: number, v: number, g: number,
    lr: number, beta1: number, rest1: number, beta2: number, rest2: number, eps: number,
    decay: number, correction1: number, correction2: number, scale: number,
  ): void;
  squareNorm(size: number, x: number): number;
}

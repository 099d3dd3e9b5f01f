/** What the compiled module exports; sizes and strides count elements, `…At` parameters and results are byte addresses. */
export interface SimdKernels {
  gemmScratchBytes(): number;
  gemm(
    m: number, n: number, k: number,
    aAt: number, aRow: number, aColumn: number,
    bAt: number, bRow: number, bColumn: number,
    biasAt: number,
    cAt: number, cRow: number,
    scratchAt: number,
  ): void;
  columnSum(rows: number, columns: number, xAt: number, outAt: number): void;
}

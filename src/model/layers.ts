/**
 * Teacher layers evenly spaced for a student's layers, the last one included, 0-based.
 *
 *   layers[j] = round((j + 1) · teacherLayers / studentLayers) − 1, at least 0
 *
 * For 12 and 3 that is 3, 7, 11, as in the paper.
 */
export function evenLayers(teacherLayers: number, studentLayers: number): number[] {
  return Array.from({ length: studentLayers }, (_, j) => Math.max(0, Math.round(((j + 1) * teacherLayers) / studentLayers) - 1));
}

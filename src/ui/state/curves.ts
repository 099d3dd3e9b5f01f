import type { Arm, StepReport } from '../../experiment/run.ts';

/** The step reports of one arm as columns; a term that a step did not report is null. */
export interface Columns {
  readonly step: number[];
  readonly loss: number[];
  readonly learning_rate: number[];
  readonly grad_norm: number[];
  readonly terms: Map<string, (number | null)[]>;
}

/** Every reported step of a run, by arm; steps ascend within an arm. */
export class Curves {
  readonly #arms = new Map<Arm, Columns>();

  /** Adds a step; a repeated step (the run was continued from an earlier checkpoint) replaces it and what followed. */
  append(report: StepReport): void {
    const columns = this.#arms.get(report.arm) ?? this.#begin(report.arm);
    while ((columns.step.at(-1) ?? -1) >= report.step) dropLast(columns);
    const before = columns.step.length;
    columns.step.push(report.step);
    columns.loss.push(report.loss);
    columns.learning_rate.push(report.learning_rate);
    columns.grad_norm.push(report.grad_norm);
    for (const name of Object.keys(report.terms)) {
      if (!columns.terms.has(name)) columns.terms.set(name, new Array<null>(before).fill(null));
    }
    for (const [name, values] of columns.terms) values.push(report.terms[name] ?? null);
  }

  arms(): readonly Arm[] {
    return [...this.#arms.keys()];
  }

  columns(arm: Arm): Columns | undefined {
    return this.#arms.get(arm);
  }

  #begin(arm: Arm): Columns {
    const columns: Columns = { step: [], loss: [], learning_rate: [], grad_norm: [], terms: new Map() };
    this.#arms.set(arm, columns);
    return columns;
  }
}

function dropLast(columns: Columns): void {
  for (const values of [columns.step, columns.loss, columns.learning_rate, columns.grad_norm]) values.pop();
  for (const values of columns.terms.values()) values.pop();
}

/** All curves as comma-separated values: arm, step, loss, each term, learning rate, gradient norm. */
export function curvesCsv(curves: Curves): string {
  const names = [...new Set(curves.arms().flatMap((arm) => [...(curves.columns(arm)?.terms.keys() ?? [])]))];
  const lines = [['arm', 'step', 'loss', ...names, 'learning_rate', 'grad_norm'].join(',')];
  for (const arm of curves.arms()) {
    const c = curves.columns(arm)!;
    c.step.forEach((step, i) => {
      const terms = names.map((name) => c.terms.get(name)?.[i] ?? '');
      lines.push([arm, step, c.loss[i], ...terms, c.learning_rate[i], c.grad_norm[i]].join(','));
    });
  }
  return lines.join('\n') + '\n';
}

/** At most `most` of n indices, evenly spaced, with the first and the last among them. */
export function sampledIndices(n: number, most: number): number[] {
  if (n <= most) return Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (n - 1)) / (most - 1)));
}

/** What a run in the browser told of itself until now: its device, its results, and how long it has taken. */
import type { DataPath } from '../../src/experiment/data_path.ts';
import type { Arm, Scores } from '../../src/experiment/run.ts';
import type { DeviceReport, Event, ResultRow } from '../../src/worker/protocol.ts';

/** A run as its events tell of it; the device is that of the browser and stays when another run begins. */
export class ToldRun {
  device: DeviceReport | undefined;
  results: readonly ResultRow[] = [];
  /** Of the last evaluation on tuning rows: that of the model in training, since no other is evaluated there later. */
  tuning: Scores | undefined;
  /** Of each model that was trained: the share of real tokens, and of time spent waiting for data. */
  dataPath: (DataPath & { readonly arm: Arm })[] = [];
  #began = performance.now();

  listen(event: Event): void {
    if (event.type === 'device') this.device = event.device;
    if (event.type === 'results') this.results = event.rows;
    if (event.type === 'data-path') {
      const { type: _type, run: _run, ...told } = event;
      this.dataPath.push(told);
    }
    if (event.type === 'evaluation' && event.split === 'tuning') this.tuning = event.scores;
  }

  /** Another run begins in the same browser. */
  begin(): void {
    this.results = [];
    this.tuning = undefined;
    this.dataPath = [];
    this.#began = performance.now();
  }

  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }
}

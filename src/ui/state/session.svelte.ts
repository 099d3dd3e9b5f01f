import type { StepReport } from '../../experiment/run.ts';
import type { Event } from '../../worker/protocol.ts';
import { Curves } from './curves.ts';
import { applyEvent, type RunView } from './run_view.ts';

/** One run on the page: its view, and its curves with a version that grows with each step. */
export class Session {
  view: RunView;
  version = $state(0);
  readonly curves = new Curves();

  constructor(view: RunView, history: readonly StepReport[] = []) {
    this.view = $state.raw(view);
    for (const report of history) this.curves.append(report);
  }

  apply(events: readonly Event[]): void {
    let view = this.view;
    let steps = 0;
    for (const event of events) {
      view = applyEvent(view, event);
      if (event.type !== 'step' || event.run !== view.run) continue;
      this.curves.append(event.report);
      steps += 1;
    }
    this.view = view;
    this.version += steps;
  }
}

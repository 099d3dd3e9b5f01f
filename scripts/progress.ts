/**
 * A run's events as lines for a person: one that is written over on a terminal; elsewhere one every few seconds, and
 * the first and the last step of each model.
 */
import { dataPathWords } from '../src/experiment/data_path.ts';
import { ARM_WORDS } from '../src/experiment/report.ts';
import type { DeviceReport, Event, StepReport } from '../src/worker/protocol.ts';

/** Milliseconds between lines where no line can be written over. */
const INTERVAL = 5000;

export interface Progress {
  readonly listen: (event: Event) => void;
  readonly say: (line: string) => void;
  /** Leaves the cursor on a new line. */
  readonly end: () => void;
}

/** Progress on a stream; `now` gives milliseconds. */
export function progressOn(stream: { isTTY?: boolean; columns?: number; write(text: string): unknown }, now: () => number = () => performance.now()): Progress {
  let open = false;
  let last = now();
  let part = '';
  const end = () => {
    if (open) stream.write('\n');
    open = false;
  };
  const say = (line: string) => {
    end();
    stream.write(`${line}\n`);
  };
  const update = (line: string, key: string, due: boolean) => {
    if (stream.isTTY) {
      if (key !== part) end();
      stream.write(`\r\u001b[2K${line.slice(0, (stream.columns ?? 100) - 1)}`);
      open = true;
    } else if (due || now() - last >= INTERVAL) {
      stream.write(`${line}\n`);
      last = now();
    }
    part = key;
  };
  const listen = (event: Event) => {
    if (event.type === 'step') {
      const { arm, step, steps } = event.report;
      update(stepLine(event.report), arm, arm !== part || step === steps);
    } else if (event.type === 'progress') update(progressLine(event), event.label, false);
    else {
      const line = lineOf(event);
      if (line !== undefined) say(line);
    }
  };
  return { listen, say, end };
}

/** e.g. `student distilled  step 12 of 315  loss 0.612 (ce 0.69, kd 0.53)  lr 2.9e-4  8.1 steps/s  1 min 12 s left` */
export function stepLine(report: StepReport): string {
  const terms = Object.entries(report.terms).map(([name, value]) => `${name} ${value.toPrecision(3)}`);
  const loss = `loss ${report.loss.toPrecision(3)}${terms.length > 0 ? ` (${terms.join(', ')})` : ''}`;
  return [
    ARM_WORDS[report.arm],
    `step ${report.step} of ${report.steps}`,
    loss,
    `lr ${report.learning_rate.toExponential(1)}`,
    `${report.stepsPerSecond.toPrecision(2)} steps/s`,
    `${duration(report.secondsLeft)} left`,
  ].join('  ');
}

/** Which backend runs, on what, why, and what would give a faster one. */
export function deviceLine({ backend, adapter, reason, remedy }: DeviceReport): string {
  const why = reason.replace(/\.$/, '');
  return [`Backend: ${backend} (${adapter}): ${why}.`, remedy].filter(Boolean).join(' ');
}

/** A span in words: `8 s`, `1 min 12 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown time';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function progressLine(event: Event & { type: 'progress' }): string {
  const share = event.total > 0 ? `  ${Math.floor((100 * event.done) / event.total)} %` : '';
  const left = event.secondsLeft > 0 && Number.isFinite(event.secondsLeft) ? `  ${duration(event.secondsLeft)} left` : '';
  return `${event.label}${share}${left}`;
}

function lineOf(event: Event): string | undefined {
  switch (event.type) {
    case 'device':
      return deviceLine(event.device);
    case 'note':
      return event.text;
    case 'data-path':
      return dataPathWords(event.arm, event);
    case 'evaluation': {
      const scores = Object.entries(event.scores.metrics).map(([name, value]) => `${name} ${value.toFixed(4)}`);
      return `${ARM_WORDS[event.arm]}  step ${event.step}  ${event.split} ${scores.join('  ')}  loss ${event.scores.loss.toPrecision(3)}`;
    }
    default:
      return undefined;
  }
}

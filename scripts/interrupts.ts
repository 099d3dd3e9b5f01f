/** How a person ends a program: by signal, or by ending npm, which does not pass every signal on. */

/** Milliseconds between looks at whether npm is still there. */
const PARENT_INTERVAL = 500;

/**
 * Aborted at the first SIGINT, SIGTERM or SIGHUP, and when the npm that started this program has gone; a second signal
 * ends the program at once with `code`.
 */
export function interrupts(code: number): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(code);
      controller.abort();
    });
  }
  if (process.env['npm_lifecycle_event'] !== undefined) watchParent(() => controller.abort());
  return controller.signal;
}

function watchParent(gone: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, PARENT_INTERVAL);
  timer.unref();
}

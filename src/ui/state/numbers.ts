/** How the page writes numbers; everything that a person reads passes here, so that it looks the same everywhere. */

const LOCALE = 'en-GB';
const grouped = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumSignificantDigits: 3 });

/** Whole number with groups of three: 1,234,567. */
export function wholeNumber(n: number): string {
  return grouped.format(n);
}

/** Large count in three digits: 1.23M. */
export function compactNumber(n: number): string {
  return compact.format(n);
}

/** A score between −1 and 1 times 100 with one decimal, as GLUE tables write it; a dash where there is none. */
export function score(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  return (100 * value).toFixed(1).replace('-', '−');
}

/** A loss, a rate or a norm in four significant digits; small and large ones with an exponent. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : value.toPrecision(4);
  return text.replace('-', '−');
}

/** Seconds as a person says them: 8 s, 1 min 20 s, 2 h 05 min. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–';
  const whole = Math.round(seconds);
  if (whole < 1) return 'under 1 s';
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  const two = (n: number) => String(n).padStart(2, '0');
  if (minutes < 60) return `${minutes} min ${two(whole % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** Steps per second, or seconds per step where one takes longer than a second. */
export function speed(stepsPerSecond: number): string {
  if (!(stepsPerSecond > 0)) return '–';
  if (stepsPerSecond >= 1) return `${stepsPerSecond.toFixed(1)} steps/s`;
  return `${(1 / stepsPerSecond).toFixed(1)} s/step`;
}

/** Bytes in decimal units: 812 kB, 11.4 MB. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  const units = ['kB', 'MB', 'GB'];
  const power = Math.min(Math.floor(Math.log10(n) / 3), units.length);
  const value = n / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power - 1]}`;
}

/** How long ago a moment was, both in milliseconds since 1970: just now, 5 min ago, 3 h ago, 12 May. */
export function ago(then: number, now: number): string {
  const seconds = (now - then) / 1000;
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric' }).format(then);
}

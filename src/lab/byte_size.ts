const SIZES = ['bytes', 'kB', 'MB', 'GB'] as const;

/** A number of bytes for a person, in three digits: 12345678 → `12.3 MB`. */
export function byteSize(bytes: number): string {
  const step = Math.min(SIZES.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${step === 0 ? bytes : (bytes / 1000 ** step).toPrecision(3)} ${SIZES[step]}`;
}

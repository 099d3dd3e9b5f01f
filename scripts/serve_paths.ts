/** What a request line may say: paths that stay below their folder, and ranges of bytes. */

/**
 * The segments of a request's path, decoded; a slash at the end gives an empty last one. Undefined for any path that
 * could leave its folder or means different things to different systems.
 */
export function safePath(url: string): string[] | undefined {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  if (!path.startsWith('/')) return undefined;
  let segments: string[];
  try {
    segments = path.slice(1).split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
  return segments.every((segment, i) => isPlain(segment, i === segments.length - 1)) ? segments : undefined;
}

const NOT_IN_NAMES = /[\\/:\u0000-\u001f]/;

function isPlain(segment: string, last: boolean): boolean {
  if (segment === '') return last;
  return segment !== '.' && segment !== '..' && !NOT_IN_NAMES.test(segment);
}

/**
 * The single byte range that a `Range` header asks of `size` bytes, ends included (RFC 9110, section 14). Undefined
 * when there is none or its form is another: then the whole file is the answer.
 */
export function byteRange(header: string | undefined, size: number): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '') {
    const length = Math.min(Number(to), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(from);
  const end = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}

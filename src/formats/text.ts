import { FormatError } from './format_error.ts';
import { recogniseOther } from './magic.ts';

const MAX_DEPTH = 64;

/** A JSON object from outside; its values have no type until they are checked. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed value is a JSON object, neither null nor a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as short text for a message. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (isJsonObject(value)) return 'an object';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** UTF-8 bytes as text, without the byte order mark if there is one; FormatError NotUtf8 with the line of the bad byte. */
export function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw recogniseOther(bytes, where, 'UTF-8 text') ?? notUtf8(where, badLine(bytes));
  }
}

/** The error for a line with a byte that is not UTF-8. */
export function notUtf8(where: string, line: number): FormatError {
  return new FormatError('NotUtf8', `${where}, line ${line}`, 'UTF-8 text', 'other bytes', 'Save the file as UTF-8 text.');
}

/** 1-based line of the first byte that is not UTF-8: a line feed byte is never inside a longer character. */
export function badLine(bytes: Uint8Array): number {
  let line = 1;
  for (let at = 0; at < bytes.length; line++) {
    const next = bytes.indexOf(0x0a, at);
    const end = next < 0 ? bytes.length : next;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(at, end));
    } catch {
      return line;
    }
    at = end + 1;
  }
  return line;
}

/**
 * Parses a JSON file that must hold one object.
 *
 * Bounds its size (bytes) and its nesting first, since a text of brackets alone keeps `JSON.parse` busy for seconds.
 * Throws FormatError TooLarge, NotUtf8, NotJson, or UnsupportedFormat for a web page or a binary file.
 */
export function parseJsonObject(bytes: Uint8Array, where: string, maxBytes: number): JsonObject {
  const fail = (got: string) =>
    recogniseOther(bytes, where, 'a JSON object') ?? new FormatError('NotJson', where, 'a JSON object', got, 'Download or export the file again.');
  if (bytes.length > maxBytes) {
    throw new FormatError('TooLarge', where, `at most ${maxBytes} bytes`, `${bytes.length} bytes`, 'Check that this is the right file.');
  }
  const found = parseObject(decodeText(bytes, where));
  if ('got' in found) throw fail(found.got);
  return found.value;
}

/** The JSON object that a text is, or what it is instead, in words; texts of many nested brackets are not parsed. */
export function parseObject(text: string): { readonly value: JsonObject } | { readonly got: string } {
  if (nesting(text) > MAX_DEPTH) return { got: `more than ${MAX_DEPTH} levels of nesting` };
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? { value } : { got: showValue(value) };
  } catch (error) {
    return { got: text.trim() === '' ? 'an empty file' : error instanceof Error ? error.message : 'other text' };
  }
}

/** Deepest level of brackets outside of quoted texts. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) i = closingQuote(text, i);
    else if (c === 0x5b || c === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (c === 0x5d || c === 0x7d) depth--;
  }
  return deepest;
}

function closingQuote(text: string, open: number): number {
  let i = open + 1;
  while (i < text.length && text.charCodeAt(i) !== 0x22) i += text.charCodeAt(i) === 0x5c ? 2 : 1;
  return i;
}

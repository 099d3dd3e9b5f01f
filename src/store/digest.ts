/** SHA-256, which the browser computes at some 400 MB/s. */
import { Fault } from '../fault/fault.ts';

/**
 * SHA-256 of the bytes, as 64 hexadecimal digits.
 * @throws Fault `insecure-context` where the page was opened over plain http from another machine
 */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  // Browsers hide `crypto.subtle` outside secure contexts, against the type.
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) throw insecureContext('checksums of saved data');
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** SHA-256 of a text's UTF-8 bytes. */
export function sha256OfText(text: string): Promise<string> {
  return sha256(new TextEncoder().encode(text));
}

/** The fault for a browser function that exists on https and localhost only. */
export function insecureContext(what: string): Fault {
  return new Fault({
    code: 'insecure-context',
    where: what,
    expected: 'a page opened over https or from localhost',
    got: 'an address for which the browser withholds these functions',
    remedy: 'Open the app over https, or start it on this machine and use the printed localhost address.',
  });
}

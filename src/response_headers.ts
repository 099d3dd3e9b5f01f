/**
 * The headers that every answer of the app carries, from the local server and from the service worker alike.
 *
 * Code, styles and images come from this origin alone, and no text ever becomes code. Models may be fetched from any host
 * over https, since a person may name any; nothing else is. WebAssembly needs its own word in the script rule; the two Trusted Types policies are Svelte's and the one that makes the addresses of our workers.
 */
export const CONTENT_SECURITY_POLICY: string = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self' https:",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "object-src 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html app-worker-url',
].join('; ');

export const RESPONSE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

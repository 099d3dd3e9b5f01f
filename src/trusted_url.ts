/**
 * Addresses of scripts under Trusted Types: only those of our own origin become workers.
 *
 * A page may make each policy once, so everyone who starts a worker or the service worker asks here.
 */
interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): ScriptUrlPolicy;
}

const NAME = 'app-worker-url';

/** The address itself; TypeError when it belongs to another origin. */
export function ownAddress(url: string, base: string): string {
  const address = new URL(url, base);
  if (address.origin !== new URL(base).origin) throw new TypeError(`a worker must come from ${new URL(base).origin}, not from ${address.origin}`);
  return address.href;
}

let policy: ScriptUrlPolicy | undefined;

/** The address of a worker of ours, relative to the page, or to the worker that starts it, in the form that the browser accepts; TypeError for a foreign one. */
export function trustedWorkerUrl(url: string): string {
  const rules = { createScriptURL: (given: string) => ownAddress(given, typeof document === 'undefined' ? location.href : document.baseURI) };
  const factory = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  policy ??= factory?.createPolicy(NAME, rules) ?? rules;
  return policy.createScriptURL(url);
}

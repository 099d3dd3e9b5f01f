/** The service worker of the built app: everything is kept for use without a network after the first visit. */
import { trustedWorkerUrl } from '../trusted_url.ts';

/**
 * Registers the service worker, where there is one. A host that sends no security headers gets them from the service
 * worker from the second load on, so the page is then loaded again, once, while `mayReload` says that nothing is lost.
 */
export async function keepForOffline(mayReload: () => boolean): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator) || !window.isSecureContext) return;
  const first = navigator.serviceWorker.controller === null;
  const protectedByHost = first && (await hasPolicy());
  if (first && !protectedByHost) {
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (mayReload()) location.reload();
    }, { once: true });
  }
  await navigator.serviceWorker.register(trustedWorkerUrl('service_worker.js'));
}

/** Whether the host itself sends a content security policy with the page. */
async function hasPolicy(): Promise<boolean> {
  const answer = await fetch(document.baseURI, { method: 'HEAD' }).catch(() => undefined);
  return answer?.headers.has('content-security-policy') ?? false;
}

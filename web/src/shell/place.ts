// Where in the page we are: its address, as a signal, and how to go elsewhere.

import { signal } from '@preact/signals';

/** The session in the address, or null at the start page. */
export const sessionInAddress = (path: string): string | null => /^\/c\/([\w-]+)\/?$/.exec(path)?.[1] ?? null;

/** Whether this is where counsellors work. */
export const isDesk = (path: string): boolean => /^\/counsellor\/?$/.test(path);

export const place = signal(sessionInAddress(location.pathname));
export const atDesk = signal(isDesk(location.pathname));

function arrive(path: string): void {
  place.value = sessionInAddress(path);
  atDesk.value = isDesk(path);
}

export function go(path: string, { replacing = false } = {}): void {
  if (path !== location.pathname) history[replacing ? 'replaceState' : 'pushState'](null, '', path);
  arrive(path);
}

/** Takes over plain clicks on the page's own links; others stay the browser's. */
function takeClick(event: MouseEvent): void {
  const link = (event.target as Element).closest('a');
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  // What stands there is a secret, for whoever watches addresses.
  if (link.hash.includes('=')) return;
  if (link.pathname !== '/' && !isDesk(link.pathname) && sessionInAddress(link.pathname) === null) return;
  event.preventDefault();
  go(link.pathname);
}

export function watchPlace(): void {
  window.addEventListener('popstate', () => arrive(location.pathname));
  document.addEventListener('click', takeClick);
}

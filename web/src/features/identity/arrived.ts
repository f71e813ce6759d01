// What somebody came with from a mail or from another issuer: it stands behind the # of the address, which no server is sent.

import { signal } from '@preact/signals';

export interface Arrived {
  kind: 'verify' | 'reset' | 'register' | 'sign-in-failed';
  /** The secret of the link; of a sign-in that failed, why. */
  word: string;
}

export const arrived = signal<Arrived | null>(null);

const FOUND = /^#(verify|reset|register|sign-in-failed)=([\w.~-]+)$/;

export function arrivedIn(hash: string): Arrived | null {
  const [, kind, word] = FOUND.exec(hash) ?? [];
  return kind && word ? { kind: kind as Arrived['kind'], word } : null;
}

/** Takes the secret out of the address, so that it stays neither on the screen nor in the history. */
function take(): void {
  const found = arrivedIn(location.hash);
  if (found === null) return;
  history.replaceState(null, '', location.pathname + location.search);
  arrived.value = found;
}

export function watchArrivals(): void {
  take();
  window.addEventListener('hashchange', take);
}

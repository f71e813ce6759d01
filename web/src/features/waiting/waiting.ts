// What waits for this person, in all sessions, as far as the server said; asked again at a modest pace while it is seen.

import { signal } from '@preact/signals';

import { listWaiting, type Waiting } from '@/core/acting';

const PACE_MS = 30_000;

export const waiting = signal<readonly Waiting[]>([]);

let asked: Promise<void> | null = null;
let again = false;

/** Asks the server; calls that come while it is being asked are served by one more. */
export function refreshWaiting(): Promise<void> {
  again = asked !== null;
  asked ??= fetchOnce().finally(() => {
    asked = null;
    if (again) void refreshWaiting();
  });
  return asked;
}

async function fetchOnce(): Promise<void> {
  try {
    waiting.value = (await listWaiting()).items;
  } catch {
    // A badge is no place for trouble with the network: it keeps its number until the next try.
  }
}

/** Keeps the list fresh until it is let go. */
export function watchWaiting(): () => void {
  const look = () => void (document.hidden || refreshWaiting());
  const timer = setInterval(look, PACE_MS);
  window.addEventListener('focus', look);
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    clearInterval(timer);
    window.removeEventListener('focus', look);
    document.removeEventListener('visibilitychange', look);
    waiting.value = [];
  };
}

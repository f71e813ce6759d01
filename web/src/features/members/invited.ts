// The invitation that somebody came with: its secret stands behind the # of the address, which no server is sent.

import { signal } from '@preact/signals';

import { acceptInvitation } from '@/core/members';
import type { Session } from '@/core/messages';

/** The secret of an invitation that waits to be accepted; null: there is none. */
export const invited = signal<string | null>(null);

/** The secret in the part of an address behind the #, or null. */
export const secretIn = (hash: string): string | null => /^#invitation=([\w-]+)$/.exec(hash)?.[1] ?? null;

/** Takes the secret out of the address, so that it stays neither on the screen nor in the history. */
function take(): void {
  const secret = secretIn(location.hash);
  if (secret === null) return;
  history.replaceState(null, '', location.pathname + location.search);
  invited.value = secret;
}

export function watchInvitations(): void {
  take();
  window.addEventListener('hashchange', take);
}

/** Takes part by the invitation; the conversation that it was for. */
export async function accept(secret: string): Promise<Session> {
  const session = await acceptInvitation(secret);
  invited.value = null;
  return session;
}

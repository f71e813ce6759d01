// What the cards of a conversation may do; who shows them is handed it, and they do nothing else.

import type { Verdict } from '@/core/acting';

/** `elsewhere`: somebody, or this person on another device, was quicker. */
export type Reply = { kind: 'taken' } | { kind: 'elsewhere' } | { kind: 'failed'; says: string };

export interface Hands {
  sessionId: string;
  respond(runId: string, verdict: Verdict): Promise<Reply>;
}

// What the server says waits here and no event has told, as cards show it. Pure.

import type { Waiting } from '@/core/acting';

import { type Ask, asking, type View } from './view';

/** The reason that stands at a call which was cut, and waits for somebody to say how it goes on. */
const INTERRUPTED = 'interrupted';

/** What waits in this session, of runs that were not heard of: after a restart, or where a subagent's run asks. */
export function strayAsks(view: View, waiting: readonly Waiting[]): { runId: string; ask: Ask }[] {
  const told = new Set(asking(view.live?.entries ?? [], '').map(({ ask }) => ask.callId));
  return waiting
    .filter(one => one.session_id === view.sessionId && view.seen[one.run_id] === undefined && !told.has(one.call_id))
    .map(one => ({ runId: one.run_id, ask: askOf(one) }));
}

function askOf(one: Waiting): Ask {
  const about = { callId: one.call_id, expiresAt: one.expires_at };
  return one.kind === 'approval'
    ? { ...about, kind: 'approval', name: one.name, args: one.arguments ?? {}, reason: one.reason ?? '' }
    : { ...about, kind: 'question', questions: one.questions ?? [], interrupted: one.reason === INTERRUPTED };
}

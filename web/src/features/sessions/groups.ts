// Under which heading each session stands in the list. Pure: the present is handed in.

import type { Session } from '@/core/messages';
import { dayHeading } from '@/kit/days';

export interface Group {
  heading: string;
  sessions: Session[];
}

/** Pinned ones first, then by day of last activity, in the order in which they came. */
export function grouped(sessions: readonly Session[], now: Date): Group[] {
  const groups = new Map<string, Session[]>();
  const pinned = sessions.filter(session => session.pinned);
  if (pinned.length > 0) groups.set('Pinned', pinned);
  for (const session of sessions) {
    if (session.pinned) continue;
    const heading = dayHeading(session.last_message_at ?? session.created_at, now);
    groups.set(heading, [...(groups.get(heading) ?? []), session]);
  }
  return [...groups].map(([heading, members]) => ({ heading, sessions: members }));
}

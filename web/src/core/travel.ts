// The endpoints that go back within a session, or on beside it; nothing is cached here.

import type { Session } from './messages';
import { ask } from './request';

export type What = 'messages' | 'files';

/** A call that reached outside: what it did there cannot be taken back from here. `ok` is null while nobody knows. */
export interface Effect {
  id: string;
  name: string;
  server: string | null;
  reached: 'network' | 'mcp' | 'shell';
  lasting: boolean;
  summary: string;
  ok: boolean | null;
}

/** What going back did, or (as a preview) would do. */
export interface Rewound {
  restored: {
    messages: { head_message_id: string | null; left: number } | null;
    files: { created: string[]; changed: string[]; deleted: string[] } | null;
  };
  /** What takes it back; null for a preview. */
  checkpoint_id: string | null;
  not_undone: Effect[];
}

/** The checkpoint that stands by itself before a message of the person. */
export const checkpointBefore = (userMessageId: string): string => `chk${userMessageId.slice(3)}`;

export const rewind = (
  sessionId: string,
  wish: { checkpoint_id: string; restore: readonly What[]; preview?: boolean },
): Promise<Rewound> => ask<Rewound>(`/sessions/${sessionId}/rewind`, { method: 'POST', body: wish });

/** A new session that shares everything up to this message. */
export const fork = (sessionId: string, messageId: string) =>
  ask<Session>(`/sessions/${sessionId}/fork`, { method: 'POST', body: { message_id: messageId } });

// The one conversation that is open; opening another closes it.

import { signal } from '@preact/signals';

import type { RunEvent } from '@/core/events';
import { listing, refreshFiles } from '@/features/files/files';
import { chosen } from '@/features/inference/models';
import { openConversation, type Conversation } from '@/features/runs/conversation';
import { stirred } from '@/features/sessions/list';
import { refreshWaiting } from '@/features/waiting/waiting';

const WAITING = new Set(['approval', 'approval_resolved', 'question', 'question_answered', 'done']);

/** A subagent's event counts as what it is. */
const kindOf = (event: RunEvent) => (event.type === 'subagent' ? String(event.event['type']) : event.type);

export const opened = signal<Conversation | null>(null);

/** Opens the conversation of this session, or keeps it where it is open already. */
export function hold(sessionId: string): Conversation {
  const current = opened.peek();
  if (current?.sessionId === sessionId) return current;
  current?.close();
  const conversation = openConversation(sessionId, {
    model: () => chosen.value,
    stirred: (id, title) => void stirred(id, title),
    heard: (id, events) => {
      if (events.some(event => WAITING.has(kindOf(event)))) void refreshWaiting();
      const read = listing.peek()?.sessionId === id;
      if (read && events.some(event => event.type === 'tool_result')) void refreshFiles(id);
    },
    answered: () => void refreshWaiting(),
  });
  opened.value = conversation;
  return conversation;
}

export function letGo(): void {
  opened.peek()?.close();
  opened.value = null;
}

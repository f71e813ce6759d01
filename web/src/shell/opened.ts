// The one conversation that is open; opening another closes it.

import { signal } from '@preact/signals';

import { chosen } from '@/features/inference/models';
import { openConversation, type Conversation } from '@/features/runs/conversation';
import { stirred } from '@/features/sessions/list';

export const opened = signal<Conversation | null>(null);

/** Opens the conversation of this session, or keeps it where it is open already. */
export function hold(sessionId: string): Conversation {
  const current = opened.peek();
  if (current?.sessionId === sessionId) return current;
  current?.close();
  const conversation = openConversation(sessionId, {
    model: () => chosen.value,
    stirred: (id, title) => void stirred(id, title),
  });
  opened.value = conversation;
  return conversation;
}

export function letGo(): void {
  opened.peek()?.close();
  opened.value = null;
}

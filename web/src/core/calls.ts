// Every endpoint this client uses, one function each; nothing is cached here.

import type { Message, Page, PermissionMode, Session } from './messages';
import { ask } from './request';

export interface Model {
  id: string;
  provider: string;
  name: string;
  ready: boolean;
  local: boolean;
  context_window: number | null;
}

export interface Person {
  id: string;
  email: string | null;
  role: string;
}

/** The run that a prompt started. */
export interface StartedRun {
  id: string;
  user_message_id: string | null;
  message_id: string | null;
  ended_at: string | null;
}

/** A part of what a person says: words, or a file that is here already. */
export type SaidPart =
  | { type: 'text'; text: string }
  | { type: 'image' | 'file'; file_id: string }
  | { type: 'image' | 'file'; path: string }
  | { type: 'image'; url: string };

export interface Prompt {
  prompt?: string;
  parts?: SaidPart[];
  model?: string;
  parent_message_id?: string;
  idempotency_key?: string;
  permission_mode?: PermissionMode;
  agent?: string;
  when_busy?: 'queue';
}

export type SessionChange = Partial<Pick<Session, 'title' | 'pinned' | 'archived' | 'head_message_id'>>;

/** The newest branch through a message, or through its sibling of that number. */
export interface Branch {
  branch: string;
  sibling: number;
}

const MESSAGES_A_PAGE = 100;
const SESSIONS_A_PAGE = 30;

export const me = async () => (await ask<{ user: Person }>('/auth/me')).user;
export const logOut = () => ask<unknown>('/auth/logout', { method: 'POST' });

export const listModels = () => ask<{ items: Model[] }>('/models');

export const listSessions = (asked: { cursor: string | null; q: string; archived: boolean }, signal?: AbortSignal) =>
  ask<Page<Session>>('/sessions', { query: { ...asked, limit: SESSIONS_A_PAGE }, ...(signal && { signal }) });
export const createSession = () => ask<Session>('/sessions', { method: 'POST', body: {} });
export const readSession = (id: string) => ask<Session>(`/sessions/${id}`);
export const changeSession = (id: string, change: SessionChange) =>
  ask<Session>(`/sessions/${id}`, { method: 'PATCH', body: change });
export const deleteSession = (id: string) => ask<void>(`/sessions/${id}`, { method: 'DELETE' });

/** All messages of a branch, oldest first; without one, of the branch that the session stands on. */
export async function readMessages(sessionId: string, branch?: Branch): Promise<Message[]> {
  const messages: Message[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Message> = await ask<Page<Message>>(`/sessions/${sessionId}/messages`, {
      query: { cursor, ...branch, limit: MESSAGES_A_PAGE },
    });
    messages.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return messages;
}

/** Said otherwise: a sibling of the message is made. */
export const editMessage = (id: string, said: { text: string } | { parts: SaidPart[] }) =>
  ask<Message>(`/messages/${id}`, { method: 'PATCH', body: said });

export const say = (sessionId: string, prompt: Prompt) =>
  ask<StartedRun>(`/sessions/${sessionId}/messages`, { method: 'POST', body: prompt });
export const interrupt = (sessionId: string) => ask<unknown>(`/sessions/${sessionId}/interrupt`, { method: 'POST' });

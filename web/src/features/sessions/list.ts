// The list of sessions as this page knows it: pages, search, and the changes a person makes to a session.

import { signal } from '@preact/signals';

import * as calls from '@/core/calls';
import type { Session } from '@/core/messages';
import { wordsFor } from '@/core/request';

export const sessions = signal<Session[]>([]);
export const query = signal('');
export const archive = signal(false);
export const loading = signal(false);
export const trouble = signal<string | null>(null);
const cursor = signal<string | null>(null);

/** Whether the server has more sessions than are shown. */
export const hasMore = () => cursor.value !== null;

let latest: AbortController | null = null;

/** Puts one question to the server; a newer question makes the answer to an older one worthless. */
async function fetchPage(after: string | null, use: (found: Session[]) => void): Promise<void> {
  latest?.abort();
  const own = (latest = new AbortController());
  loading.value = true;
  try {
    const asked = { cursor: after, q: query.value.trim(), archived: archive.value };
    const page = await calls.listSessions(asked, own.signal);
    if (own.signal.aborted) return;
    use(page.items);
    cursor.value = page.next_cursor;
    trouble.value = null;
  } catch (thrown) {
    if (!own.signal.aborted) trouble.value = wordsFor(thrown);
  } finally {
    if (latest === own) loading.value = false;
  }
}

export const refresh = () => fetchPage(null, found => (sessions.value = found));

export async function more(): Promise<void> {
  if (loading.value || cursor.value === null) return;
  await fetchPage(cursor.value, found => {
    const known = new Set(sessions.value.map(session => session.id));
    sessions.value = [...sessions.value, ...found.filter(session => !known.has(session.id))];
  });
}

export function search(words: string): void {
  query.value = words;
  void refresh();
}

export function showArchive(shown: boolean): void {
  archive.value = shown;
  void refresh();
}

export async function create(): Promise<Session> {
  const session = await calls.createSession();
  if (!archive.value && !query.value) sessions.value = [session, ...sessions.value];
  return session;
}

/** Something happened in this session: it goes to the top, under its newest title. */
export async function stirred(id: string, title: string | null): Promise<void> {
  const known = sessions.value.find(session => session.id === id);
  if (!known) return query.value || archive.value ? undefined : refresh();
  const moved = { ...known, title: title ?? known.title, last_message_at: new Date().toISOString() };
  sessions.value = [moved, ...sessions.value.filter(session => session.id !== id)];
}

/** Changes a session at once on the page, and takes it back where the server says no. */
export async function change(id: string, by: calls.SessionChange): Promise<void> {
  const before = sessions.value;
  const leaves = by.archived !== undefined && by.archived !== archive.value;
  sessions.value = leaves
    ? before.filter(session => session.id !== id)
    : before.map(session => (session.id === id ? { ...session, ...by } : session));
  try {
    await calls.changeSession(id, by);
    trouble.value = null;
  } catch (thrown) {
    sessions.value = before;
    trouble.value = wordsFor(thrown);
  }
}

/** Deletes a session; true when it is gone. */
export async function remove(id: string): Promise<boolean> {
  try {
    await calls.deleteSession(id);
    sessions.value = sessions.value.filter(session => session.id !== id);
    trouble.value = null;
    return true;
  } catch (thrown) {
    trouble.value = wordsFor(thrown);
    return false;
  }
}

// The endpoints of agents that act: what waits for a person, files, modes, commands; nothing is cached here.

import type { Arguments, Question } from './events';
import type { Page, PermissionMode, Session } from './messages';
import { ask, open } from './request';

/** A call that waits for this person, in whichever session. */
export interface Waiting {
  run_id: string;
  session_id: string;
  session_title: string | null;
  call_id: string;
  kind: 'approval' | 'question';
  name: string;
  arguments: Arguments | null;
  reason: string | null;
  questions: Question[] | null;
  created_at: string;
  expires_at: string | null;
}

/** How far a yes reaches: only this call where it is absent. */
export type Reach = 'session' | 'tool';

/** What a person says about a call that waits. */
export interface Verdict {
  call_id: string;
  decision: 'approve' | 'reject' | 'answer';
  arguments?: Arguments;
  message?: string;
  answers?: string[][];
  remember?: Reach;
}

export interface SessionFile {
  path: string;
  size: number;
  media_type: string;
  modified_at: string;
}

/** A command or an agent, as far as one chooses it by its name. */
export interface Named {
  name: string;
  description?: string | null;
}

const FILES_A_PAGE = 200;
// As many as the server tells at once: whoever has more finds them by their names.
const MOST_NAMED = 200;

const segments = (path: string) => path.split('/').map(encodeURIComponent).join('/');

/** Where a file of a session is, below the API's root. */
export const filePath = (sessionId: string, path: string) => `/sessions/${sessionId}/files/${segments(path)}`;
/** The same for links and images. */
export const fileAddress = (sessionId: string, path: string) => `/api/v1${filePath(sessionId, path)}`;

export const answerCall = (runId: string, verdict: Verdict) =>
  ask<unknown>(`/runs/${runId}/answers`, { method: 'POST', body: verdict });
export const listWaiting = () => ask<Page<Waiting>>('/approvals');

export const control = (sessionId: string, wish: { permission_mode: PermissionMode }) =>
  ask<Session>(`/sessions/${sessionId}/control`, { method: 'POST', body: wish });

export const listFiles = (sessionId: string, cursor: string | null) =>
  ask<Page<SessionFile>>(`/sessions/${sessionId}/files`, { query: { cursor, limit: FILES_A_PAGE } });
export const openFile = (sessionId: string, path: string) => open(filePath(sessionId, path), {}, '*/*');

export const deleteFile = (sessionId: string, path: string) =>
  ask<void>(filePath(sessionId, path), { method: 'DELETE' });

export const listCommands = () => ask<{ items: Named[] }>('/commands', { query: { limit: MOST_NAMED } });
export const listAgents = () => ask<{ items: Named[] }>('/agents', { query: { limit: MOST_NAMED } });
export const readConfig = () => ask<Record<string, unknown>>('/config');

// Events and messages as a server would tell them, for tests.

import type { RunEvent } from '@/core/events';
import type { Message } from '@/core/messages';
import { fold } from '@/features/runs/fold';
import { emptyView, type View } from '@/features/runs/view';

export const SESSION = 'ses_1';

export function message(id: string, parent: string | null, more: Partial<Message> = {}): Message {
  return {
    id,
    session_id: SESSION,
    parent_id: parent,
    role: parent === null ? 'user' : 'assistant',
    parts: [{ type: 'text', text: id }],
    text: id,
    model: null,
    provider: null,
    usage: null,
    latency_ms: null,
    status: 'complete',
    finish_reason: null,
    error: null,
    siblings: { count: 1, index: 0 },
    metadata: {},
    created_at: '2026-01-01T00:00:00Z',
    ...more,
  };
}

export type Bare = RunEvent extends infer One
  ? One extends RunEvent
    ? Omit<One, 'seq' | 'run_id' | 'session_id'>
    : never
  : never;

export const stamped = (events: Bare[], run = 'run_1', from = 1): RunEvent[] =>
  events.map((event, place) => ({ ...event, seq: from + place, run_id: run, session_id: SESSION }) as RunEvent);

export const started = (question: string | null, answer: string): Bare[] => [
  { type: 'session', title: 'A title', created: false },
  { type: 'run', user_message_id: question, message_id: answer, model: 'builtin/guide', provider: 'builtin' },
];
export const grown = (...pieces: string[]): Bare[] => pieces.map(content => ({ type: 'content', content }));
export const finished = (answer: Message): Bare[] => [
  { type: 'usage', input_tokens: 1, output_tokens: 2, cost_usd: null },
  { type: 'message', message: answer },
  { type: 'done', finish_reason: 'stop', duration_ms: 5 },
];

export const asked = (): View => ({ ...emptyView(SESSION), messages: [message('msg_q', null)] });
export const all = (view: View, events: RunEvent[]) => events.reduce(fold, view);
export const ids = (view: View) => view.messages.map(one => one.id);
export const read = (messages: Message[], activeRunId: string | null, asked: number) => ({
  messages,
  activeRunId,
  title: null,
  asked,
});

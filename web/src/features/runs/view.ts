// What one conversation looks like right now, as a value; how it changes is decided in `fold.ts`.

import type { Arguments, DecidedBy, Question } from '@/core/events';
import type { Attachment, Failure, HelpResource, Message } from '@/core/messages';

/** A piece of an answer that is being written, with its number, so that a restart can take it back. */
export interface Piece {
  kind: 'content' | 'reasoning';
  seq: number;
  content: string;
}

/** A quiet line between the others: what a hook said, what is not as asked for, which bound was reached. */
export interface Line {
  kind: 'line';
  seq: number;
  tone: 'notice' | 'limit' | 'hook' | 'care';
  says: string;
  /** Who helps; with tone `care` only. */
  helpers?: readonly HelpResource[];
  /** With them: the call for somebody from the team. */
  called?: string | null;
}

/** What waits for a person. `args` are exactly what would be executed; `callId` is what an answer names. */
export type Ask = { callId: string; expiresAt: string | null } & (
  | { kind: 'approval'; name: string; args: Arguments; reason: string }
  | { kind: 'question'; questions: readonly Question[]; interrupted: boolean }
);

/** What was said about a call that waited for a yes. */
export interface Decision {
  decision: 'approve' | 'reject';
  by: DecidedBy;
  message: string | null;
  edited: boolean;
}

/** A question that was asked, with what was answered; null where nobody would say, or in time. */
export interface Talk {
  questions: readonly Question[];
  answers: readonly (readonly string[])[] | null;
  by: DecidedBy;
}

export interface Result {
  ok: boolean;
  content: string;
  truncated: boolean;
  parts: readonly Attachment[];
  durationMs: number | null;
}

/** A call of a tool. `args` is null while only `draft`, the beginning of its JSON, is there. */
export interface Call {
  kind: 'call';
  seq: number;
  callId: string;
  name: string;
  server: string | null;
  args: Arguments | null;
  draft: string;
  flaw: string | null;
  progress: string;
  /** A tool may ask more than one thing at a time. */
  asks: readonly Ask[];
  decision: Decision | null;
  talks: readonly Talk[];
  result: Result | null;
  /** The app that asked makes it, and has not brought what came of it. */
  handed?: boolean;
  /** The subagent's own run, where one answers the call. */
  child: Live | null;
}

export type Entry = Piece | Call | Line;

/** A run that is under way, as far as it has been told: what it wrote, called and remarked, in order. */
export interface Live {
  runId: string;
  userMessageId: string | null;
  messageId: string | null;
  model: string | null;
  entries: readonly Entry[];
  /** The highest number folded into it; told of a subagent's run only, others are counted by the view. */
  heard: number;
  over: boolean;
  born: number;
}

/** A prompt on its way to the server; with `error`, one that did not arrive. */
export interface Pending {
  key: string;
  text: string;
  attachments: readonly Attachment[];
  parentId: string | null;
  sentAt: string;
  error: string | null;
}

export interface View {
  sessionId: string;
  title: string | null;
  /** The branch that is shown, oldest first. */
  messages: readonly Message[];
  live: Live | null;
  pending: Pending | null;
  /** Whether the server is being asked for an answer, and has not yet said that it will come. */
  asking: boolean;
  /** Why the last run failed, where no message tells it. */
  failure: Failure | null;
  /** The highest number folded, by run. */
  seen: Readonly<Record<string, number>>;
  /** Messages that events told, with the tick at which they did: a slower answer from the server may lack them. */
  told: readonly { tick: number; message: Message }[];
  /** By finished message, what was told of its calls and between them, and is not kept in the message. */
  past: Readonly<Record<string, readonly (Call | Line)[]>>;
  tick: number;
  /** Whether the run gives another answer to a question that had one: then only the server knows their number. */
  again: boolean;
  /** Whether the server knows messages that are not here. */
  stale: boolean;
}

export function emptyView(sessionId: string): View {
  return {
    sessionId,
    title: null,
    messages: [],
    live: null,
    pending: null,
    asking: false,
    failure: null,
    seen: {},
    told: [],
    past: {},
    tick: 0,
    again: false,
    stale: false,
  };
}

/** The pieces of one kind joined. */
export function written(live: Live, kind: Piece['kind']): string {
  let text = '';
  for (const entry of live.entries) if (entry.kind === kind) text += entry.content;
  return text;
}

/** Whether an answer is awaited or being written. */
export const busy = (view: View): boolean =>
  view.live !== null || view.asking || (view.pending !== null && view.pending.error === null);

/** Whether the run that is under way sums up what was said earlier: it goes below an answer, not below a question. */
export const sumsUp = (view: View): boolean => {
  // A person from the team speaks below whatever was said last, and so does the house about them.
  if (view.live?.model?.startsWith('palaver/')) return false;
  const role = roleBelow(view);
  return role !== undefined && role !== 'user';
};

/** Whether the run that is under way answers a question that is known. */
export const answersPerson = (view: View): boolean => roleBelow(view) === 'user';

function roleBelow(view: View): Message['role'] | undefined {
  const below = view.live?.userMessageId;
  return below ? view.messages.find(message => message.id === below)?.role : undefined;
}

/** What waits for a person among entries, below calls of subagents too, each with the run that asks. */
export function asking(entries: readonly Entry[], runId: string): { runId: string; ask: Ask }[] {
  return entries.flatMap(entry => {
    if (entry.kind !== 'call') return [];
    const below = entry.child ? asking(entry.child.entries, entry.child.runId) : [];
    return [...entry.asks.map(ask => ({ runId, ask })), ...below];
  });
}

// What one conversation looks like right now, as a value; how it changes is decided in `fold.ts`.

import type { Failure, Message } from '@/core/messages';

/** A piece of an answer that is being written, with its number, so that a restart can take it back. */
export interface Piece {
  seq: number;
  kind: 'content' | 'reasoning';
  content: string;
}

export interface Call {
  seq: number;
  callId: string;
  name: string;
  args: Record<string, unknown>;
  result: { ok: boolean; content: string } | null;
}

/** The run that is under way, as far as it has been told. */
export interface Live {
  runId: string;
  userMessageId: string | null;
  messageId: string | null;
  model: string | null;
  pieces: readonly Piece[];
  calls: readonly Call[];
  born: number;
}

/** A prompt on its way to the server; with `error`, one that did not arrive. */
export interface Pending {
  key: string;
  text: string;
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
    tick: 0,
    again: false,
    stale: false,
  };
}

/** The pieces of one kind joined. */
export function written(live: Live, kind: Piece['kind']): string {
  let text = '';
  for (const piece of live.pieces) if (piece.kind === kind) text += piece.content;
  return text;
}

/** Whether an answer is awaited or being written. */
export const busy = (view: View): boolean =>
  view.live !== null || view.asking || (view.pending !== null && view.pending.error === null);

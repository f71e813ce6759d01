// The heart of the page: how a conversation changes by an event, an answer of the server, or the person. Pure.

import type { RunEvent } from '@/core/events';
import type { Message } from '@/core/messages';

import { grown, newborn } from './grow';
import { answersPerson, type Call, type Line, type Live, type Pending, type View } from './view';

type Told<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/** The view after one event; an event that was folded before changes nothing. */
export function fold(view: View, event: RunEvent): View {
  if (event.session_id !== view.sessionId || event.seq <= (view.seen[event.run_id] ?? 0)) return view;
  const heard: View = {
    ...view,
    tick: view.tick + 1,
    seen: { ...view.seen, [event.run_id]: event.seq },
    live: view.live?.runId === event.run_id ? view.live : newborn(event.run_id, view.tick + 1),
  };
  return apply(heard, event);
}

function apply(view: View, event: RunEvent): View {
  switch (event.type) {
    case 'session':
    case 'title':
      return { ...view, title: event.title ?? view.title };
    case 'run':
      return begin(view, event);
    case 'message':
      return settle(view, event.message);
    case 'error':
      // That a summary failed is told to whoever asked for it. Which it is, only a question that is known can say;
      // where it is not known yet, the fresh reading brings the failed answer.
      return answersPerson(view) ? { ...view, failure: { code: event.code, message: event.message } } : view;
    case 'compacted':
      // The summary stands before the question, where no event has put it.
      return { ...view, stale: true };
    case 'done':
      return { ...view, live: null, again: false, stale: view.stale || view.again };
    case 'usage':
      return view;
    default:
      return grow(view, live => grown(live, event));
  }
}

const grow = (view: View, by: (live: Live) => Partial<Live>): View =>
  view.live ? { ...view, live: { ...view.live, ...by(view.live) } } : view;

function begin(view: View, event: Told<'run'>): View {
  const asked = adopt({ ...view, failure: null }, event.user_message_id);
  const started = { userMessageId: event.user_message_id, messageId: event.message_id, model: event.model };
  return grow(asked, () => started);
}

/** The view once it is known under which id the question is kept: what stands below it is another branch's. */
function adopt(view: View, userMessageId: string | null): View {
  if (userMessageId === null) return view;
  const place = view.messages.findIndex(message => message.id === userMessageId);
  if (place >= 0) {
    const messages = view.messages.slice(0, place + 1);
    const again = view.again || messages.length < view.messages.length;
    return { ...view, messages, again, pending: delivered(view.pending) };
  }
  if (!view.pending || view.pending.error !== null) return { ...view, stale: true };
  return { ...view, messages: [...view.messages, asMessage(view, view.pending, userMessageId)], pending: null };
}

const delivered = (pending: Pending | null): Pending | null => (pending?.error ? pending : null);

const asMessage = (view: View, pending: Pending, id: string): Message => ({
  id,
  session_id: view.sessionId,
  parent_id: pending.parentId,
  role: 'user',
  parts: [...pending.attachments, ...(pending.text ? [{ type: 'text' as const, text: pending.text }] : [])],
  text: pending.text,
  model: null,
  provider: null,
  usage: null,
  latency_ms: null,
  status: 'complete',
  finish_reason: null,
  error: null,
  siblings: { count: 1, index: 0 },
  metadata: {},
  created_at: pending.sentAt,
});

/** A finished message takes the place of what was written so far. */
function settle(view: View, message: Message): View {
  const placed = place(view.messages, message);
  const rest = placed === null ? { stale: true } : { messages: placed };
  const past = { ...view.past, [message.id]: remembered(view.live) };
  const finished = { ...view, ...rest, past, told: [...view.told, { tick: view.tick, message }] };
  const quiet = message.error ? { ...finished, failure: null } : finished;
  return grow(quiet, () => ({ entries: [] }));
}

/** What the message does not say: how calls went, and what was remarked between them. Nothing waits any more. */
function remembered(live: Live | null): (Call | Line)[] {
  const kept: (Call | Line)[] = [];
  for (const entry of live?.entries ?? []) {
    if (entry.kind === 'line') kept.push(entry);
    else if (entry.kind === 'call') kept.push({ ...entry, asks: [] });
  }
  return kept;
}

/** The branch with this message in it, or null where its parent is not known. */
function place(messages: readonly Message[], message: Message): readonly Message[] | null {
  const known = messages.findIndex(one => one.id === message.id);
  if (known >= 0) return messages.map((one, index) => (index === known ? message : one));
  const parent = messages.findIndex(one => one.id === message.parent_id);
  if (parent < 0 && message.parent_id !== null) return null;
  return [...messages.slice(0, parent + 1), message];
}

/** What the server answered to a question that was put at tick `asked`. */
export interface Read {
  messages: readonly Message[];
  activeRunId: string | null;
  title: string | null;
  asked: number;
}

/** The view after reading everything anew; what was told since the question was put is newer than the answer. */
export function refreshed(view: View, read: Read): View {
  const later = view.told.filter(one => one.tick > read.asked);
  // An answer whose question the server had not taken yet when it was asked: what was read is too old to be shown.
  let tooOld = false;
  const messages = later.reduce<readonly Message[]>((all, { message }) => {
    const placed = place(all, message);
    tooOld ||= placed === null;
    return placed ?? all;
  }, read.messages);
  const over = view.live !== null && view.live.born <= read.asked && view.live.runId !== read.activeRunId;
  const live = over ? null : view.live;
  const unseen = live?.userMessageId && !messages.some(message => message.id === live.userMessageId);
  return {
    ...view,
    title: read.title ?? view.title,
    live,
    told: later,
    // A question that was asked since stays where it is, although the answer does not know it yet.
    messages: unseen || tooOld ? view.messages : messages,
    stale: tooOld,
  };
}

/** The person says something new at the end of the branch. */
export const sending = (view: View, pending: Pending): View => ({ ...view, pending, failure: null });

/** The server has taken the prompt or the request to answer again, and works on run `runId`. */
export function accepted(view: View, runId: string, userMessageId: string | null): View {
  if (view.seen[runId] !== undefined) return { ...view, pending: null };
  const asked = adopt({ ...view, failure: null, tick: view.tick + 1 }, userMessageId);
  return { ...asked, pending: null, live: { ...newborn(runId, asked.tick), userMessageId } };
}

/** The prompt did not arrive. */
export const refused = (view: View, error: string): View =>
  view.pending ? { ...view, pending: { ...view.pending, error } } : view;

/** The branch up to `parentId`, and then this message: where an edited question stands. */
export function branched(view: View, message: Message): View {
  const placed = place(view.messages, message) ?? [...view.messages, message];
  return { ...view, messages: placed, failure: null };
}

// One open conversation: carries what is heard and done to the pure view, and the person's wishes to the server.

import { signal, type ReadonlySignal } from '@preact/signals';

import * as acting from '@/core/acting';
import * as calls from '@/core/calls';
import type { RunEvent } from '@/core/events';
import { follow } from '@/core/follow';
import { deleteMessage, summarize } from '@/core/context';
import type { Attachment, Message, PermissionMode } from '@/core/messages';
import { Refusal, wordsFor } from '@/core/request';
import * as travel from '@/core/travel';
import { partToSend } from '@/core/uploads';
import { freshKey } from '@/kit/keys';

import type { Hands, Reply } from './hands';
import { accepted, branched, fold, refreshed, refused, sending } from './fold';
import { busy, emptyView, type View } from './view';

export type Connection = 'connecting' | 'live' | 'lost';

export interface Around {
  /** The model the person wants; undefined leaves it to the server. */
  model(): string | undefined;
  /** Something happened in this session that a list of sessions would show. */
  stirred(sessionId: string, title: string | null): void;
  /** These events were taken into the view. */
  heard(sessionId: string, events: readonly RunEvent[]): void;
  /** The person answered something that waited, or somebody was quicker. */
  answered(): void;
}

/** What a person chose for a prompt besides its words. */
export type Choices = Pick<calls.Prompt, 'permission_mode' | 'agent'>;

/** What a person says: words, and files that were uploaded before. */
export interface Said {
  text: string;
  attachments: readonly Attachment[];
}

export interface Conversation {
  readonly sessionId: string;
  readonly view: ReadonlySignal<View>;
  readonly connection: ReadonlySignal<Connection>;
  readonly loaded: ReadonlySignal<boolean>;
  /** Why the session cannot be shown. */
  readonly missing: ReadonlySignal<string | null>;
  /** The last thing that did not work, in words. */
  readonly notice: ReadonlySignal<string | null>;
  /** How freely agents may act in this session; null while it is not known. */
  readonly mode: ReadonlySignal<PermissionMode | null>;
  /** Whether the reader takes part without writing. */
  readonly readsOnly: ReadonlySignal<boolean>;
  /** Who from the team answers here instead of models; null: nobody. */
  readonly human: ReadonlySignal<string | null>;
  readonly hands: Hands;
  say(said: Said, choices?: Choices): Promise<void>;
  /** Send the prompt that did not arrive once more. */
  sayAgain(): Promise<void>;
  /** Give up the prompt that did not arrive; returns what it was. */
  takeBack(): Said;
  /** Answer this message of the person (again). */
  answer(userMessageId: string): Promise<void>;
  edit(message: Message, text: string): Promise<void>;
  /** Sums up what was said earlier, above all about `focus`. */
  sumUp(focus: string): Promise<void>;
  /** Takes a summary back: models are told the messages themselves again. */
  undoSummary(summary: Message): Promise<void>;
  /** Goes over to the branch of another message that was given in this one's place. */
  show(instead: Message, sibling: number): Promise<void>;
  /** A new session that goes on from this message; its id, or null where it could not be made. */
  fork(messageId: string): Promise<string | null>;
  /** Reads everything anew, after the session was moved. */
  reread(): Promise<void>;
  stop(): Promise<void>;
  /** From the next call on agents may act so freely. */
  setMode(mode: PermissionMode): Promise<void>;
  reconnect(): void;
  dismiss(): void;
  close(): void;
}

/** As it is sent: plain words where there is nothing but words. */
const partsOf = ({ text, attachments }: Said): calls.SaidPart[] => [
  ...attachments.map(partToSend),
  ...(text.trim() ? [{ type: 'text' as const, text }] : []),
];

const promptOf = (said: Said): calls.Prompt =>
  said.attachments.length > 0 ? { parts: partsOf(said) } : { prompt: said.text };

/** The files that a message carries. */
export const attachmentsOf = (message: Message): Attachment[] =>
  message.parts.filter(part => part.type === 'image' || part.type === 'file');

/** Whether the server still waits for this answer; where it cannot be asked, it is taken to be over. */
const stillWaits = (runId: string, callId: string): Promise<boolean> =>
  acting.listWaiting().then(
    page => page.items.some(one => one.run_id === runId && one.call_id === callId),
    () => false,
  );

export function openConversation(sessionId: string, around: Around): Conversation {
  const view = signal(emptyView(sessionId));
  const connection = signal<Connection>('connecting');
  const loaded = signal(false);
  const missing = signal<string | null>(null);
  const notice = signal<string | null>(null);
  const mode = signal<PermissionMode | null>(null);
  const readsOnly = signal(false);
  const human = signal<string | null>(null);
  let chosen: Choices = {};
  let closed = false;

  let reading: Promise<void> | null = null;
  let again = false;

  /** Reads session and branch anew; calls that come while one is under way are served by one more. */
  const reload = (): Promise<void> => {
    again = reading !== null;
    reading ??= readOnce().finally(() => {
      reading = null;
      if (again && !closed) void reload();
    });
    return reading;
  };

  const readOnce = async (): Promise<void> => {
    const asked = view.value.tick;
    try {
      const [session, messages] = await Promise.all([calls.readSession(sessionId), calls.readMessages(sessionId)]);
      if (closed) return;
      view.value = refreshed(view.value, { messages, activeRunId: session.active_run_id, title: session.title, asked });
      again ||= view.value.stale;
      mode.value = session.permission_mode;
      readsOnly.value = session.role === 'viewer';
      human.value = session.human && Date.parse(session.human.until) > Date.now() ? session.human.name : null;
      loaded.value = true;
    } catch (thrown) {
      if (thrown instanceof Refusal && thrown.status === 404)
        missing.value = 'This conversation is not there any more.';
      else if (!(thrown instanceof Refusal && thrown.retryable)) notice.value = wordsFor(thrown);
      else connection.value = 'lost';
    }
  };

  let queue: RunEvent[] = [];
  const heard = (events: RunEvent[]): void => {
    if (queue.length === 0) requestAnimationFrame(takeQueue);
    queue.push(...events);
  };

  // Events are folded once a frame: a page cannot show more, and a fast model costs no more than a slow one.
  const takeQueue = (): void => {
    const events = queue;
    queue = [];
    if (closed) return;
    view.value = events.reduce(fold, view.value);
    const stirring = events.some(event => ['session', 'title', 'done'].includes(event.type));
    if (stirring) around.stirred(sessionId, view.value.title);
    around.heard(sessionId, events);
    // Only the session says whether somebody from the team is there now.
    const moved = events.some(event => event.type === 'message' && event.message.provider === 'palaver');
    if (view.value.stale || moved) void reload();
  };

  const following = follow(sessionId, {
    connected() {
      connection.value = 'live';
      void reload();
    },
    heard,
    lost: () => (connection.value = 'lost'),
    refused: refusal => {
      if (refusal.status === 404) missing.value = 'This conversation is not there any more.';
    },
  });

  /** Does what a person asked for; what goes wrong becomes a notice. */
  const attempt = async (deed: () => Promise<void>): Promise<void> => {
    notice.value = null;
    try {
      await deed();
    } catch (thrown) {
      notice.value = wordsFor(thrown);
    }
  };

  const withModel = (prompt: calls.Prompt): calls.Prompt => {
    const model = around.model();
    return model ? { ...prompt, model } : prompt;
  };

  /** Asks for another answer, unless one is on its way. */
  const askAgain = async (question: () => Promise<string>): Promise<void> => {
    if (busy(view.value)) return;
    view.value = { ...view.value, asking: true };
    await attempt(async () => start({ parent_message_id: await question(), idempotency_key: freshKey() }));
    view.value = { ...view.value, asking: false };
  };

  const start = async (prompt: calls.Prompt): Promise<void> => {
    const run = await calls.say(sessionId, withModel(prompt));
    // A prompt that was sent twice may come back with a run that is over: then there is nothing to wait for.
    view.value = run.ended_at
      ? { ...view.value, pending: null, stale: true }
      : accepted(view.value, run.id, run.user_message_id);
    around.stirred(sessionId, view.value.title);
    if (view.value.stale) await reload();
    // The first turn can be over before this page listens, and a reading that began before does not know of it.
    else if (reading || view.value.messages.length <= 1) void reload();
  };

  const deliver = async (): Promise<void> => {
    const pending = view.value.pending;
    if (!pending) return;
    view.value = sending(view.value, { ...pending, error: null });
    try {
      // Who is being spoken to by a person may speak at the same moment.
      const meanwhile = human.peek() === null ? {} : { when_busy: 'queue' as const };
      await start({ ...promptOf(pending), idempotency_key: pending.key, ...chosen, ...meanwhile });
    } catch (thrown) {
      view.value = refused(view.value, wordsFor(thrown));
    }
  };

  const respond = async (runId: string, verdict: acting.Verdict): Promise<Reply> => {
    try {
      await acting.answerCall(runId, verdict);
      return { kind: 'taken' };
    } catch (thrown) {
      if (thrown instanceof Refusal && thrown.status === 409 && !(await stillWaits(runId, verdict.call_id))) {
        // What became of it is told by events; whoever missed them reads them anew.
        following.hurry();
        void reload();
        // The card may be gone before it can say so itself.
        notice.value = 'Somebody was quicker: this was answered on another device.';
        return { kind: 'elsewhere' };
      }
      return { kind: 'failed', says: wordsFor(thrown) };
    } finally {
      around.answered();
    }
  };

  return {
    sessionId,
    view,
    connection,
    loaded,
    missing,
    notice,
    mode,
    readsOnly,
    human,
    hands: { sessionId, respond },
    async say({ text, attachments }, choices = {}) {
      if (busy(view.value)) return;
      chosen = choices;
      notice.value = null;
      const parentId = view.value.messages.at(-1)?.id ?? null;
      const sentAt = new Date().toISOString();
      view.value = sending(view.value, { key: freshKey(), text, attachments, parentId, sentAt, error: null });
      await deliver();
    },
    sayAgain: deliver,
    takeBack() {
      const { text, attachments } = view.value.pending ?? { text: '', attachments: [] };
      view.value = { ...view.value, pending: null };
      return { text, attachments };
    },
    answer: userMessageId => askAgain(async () => userMessageId),
    edit: (message, text) =>
      askAgain(async () => {
        const attachments = attachmentsOf(message);
        const sibling = await calls.editMessage(
          message.id,
          attachments.length > 0 ? { parts: partsOf({ text, attachments }) } : { text },
        );
        view.value = branched(view.value, sibling);
        return sibling.id;
      }),
    async sumUp(focus) {
      if (busy(view.value)) return;
      view.value = { ...view.value, asking: true };
      await attempt(async () => {
        try {
          await summarize(sessionId, focus);
        } catch (thrown) {
          throw new Error(`Nothing was summed up. ${wordsFor(thrown)}`);
        }
      });
      view.value = { ...view.value, asking: false };
      await reload();
    },
    undoSummary: summary =>
      attempt(async () => {
        await deleteMessage(summary.id);
        await reload();
      }),
    show: (instead, sibling) =>
      attempt(async () => {
        const messages = await calls.readMessages(sessionId, { branch: instead.id, sibling });
        const head = messages.at(-1);
        if (head) await calls.changeSession(sessionId, { head_message_id: head.id });
        await reload();
      }),
    async fork(messageId) {
      let made: string | null = null;
      await attempt(async () => {
        const session = await travel.fork(sessionId, messageId);
        made = session.id;
        around.stirred(session.id, session.title);
      });
      return made;
    },
    reread() {
      view.value = { ...view.value, failure: null };
      return reload();
    },
    setMode: wish =>
      attempt(async () => {
        const before = mode.value;
        mode.value = wish;
        try {
          mode.value = (await acting.control(sessionId, { permission_mode: wish })).permission_mode;
        } catch (thrown) {
          mode.value = before;
          throw thrown;
        }
      }),
    stop: () => attempt(async () => void (await calls.interrupt(sessionId))),
    reconnect() {
      following.hurry();
    },
    dismiss: () => (notice.value = null),
    close() {
      closed = true;
      following.stop();
    },
  };
}

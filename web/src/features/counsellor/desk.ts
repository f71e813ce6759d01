// What a counsellor has in front of them: the queue, the one they look at, its conversation; kept fresh while it is open.

import { signal } from '@preact/signals';

import * as care from '@/core/care';
import type { Following } from '@/core/follow';
import { Refusal, wordsFor } from '@/core/request';
import { freshKey } from '@/kit/keys';

/** Who has joined says again that they are there this often; the server lets go of who is silent for long. */
const STILL_HERE_MS = 300_000;
const TELLING = new Set(['run', 'message', 'done', 'care']);

export const which = signal<care.Which>('open');
export const queue = signal<readonly care.Escalation[] | null>(null);
export const more = signal<string | null>(null);
export const trouble = signal<readonly string[]>([]);
export const chosen = signal<care.EscalationWhole | null>(null);
export const talk = signal<care.CareConversation | null>(null);
export const wrong = signal<string | null>(null);
export const lost = signal(false);
/** This is for somebody else. */
export const closedOff = signal(false);

let talking: { id: string; following: Following } | null = null;
let looking: Promise<void> | null = null;
let again = false;
/** What was heard of since it was last read; null: anything may have changed. Every look at one is written down. */
let changed: Set<string> | null = null;
/** The one that somebody wants to look at. */
let wanted: string | null = null;
/** The newest question about the conversation: an older one may be answered later, and says less. */
let asked = 0;

/** Reads the queue anew, and what is looked at if it is `about` that; calls that come meanwhile are served by one more. */
export function refresh(about?: readonly string[]): Promise<void> {
  if (!about) changed = null;
  else about.forEach(id => changed?.add(id));
  again = looking !== null;
  looking ??= look().finally(() => {
    looking = null;
    if (again) void refresh([]);
  });
  return looking;
}

async function look(): Promise<void> {
  const [about, wish] = [changed, which.peek()];
  changed = new Set();
  try {
    const page = await care.listEscalations(wish);
    if (which.peek() === wish) [queue.value, more.value, trouble.value] = [page.items, page.next_cursor, page.trouble];
    if (wanted && (about === null || about.has(wanted))) await read(wanted);
  } catch (thrown) {
    changed = null;
    wrong.value = wordsFor(thrown);
  }
}

async function read(id: string): Promise<void> {
  const whole = await care.readEscalation(id);
  if (wanted !== id) return;
  chosen.value = whole;
  await readTalk(whole);
}

const readable = (one: care.Escalation): boolean => one.mine && one.state !== 'closed' && one.session_id !== null;

async function readTalk(one: care.Escalation): Promise<void> {
  const mine = ++asked;
  const late = () => mine !== asked || wanted !== one.id;
  try {
    const seen = readable(one) ? await care.readConversation(one.id) : null;
    if (late()) return;
    talk.value = seen;
  } catch (thrown) {
    if (!(thrown instanceof Refusal) || thrown.status === 0) throw thrown;
    if (late()) return;
    talk.value = null;
  }
  listen(one);
}

/** Follows the conversation that is looked at for as long as something of it may be seen. */
function listen(one: care.Escalation): void {
  const heard = talk.peek() && (talk.peek()?.shared || talk.peek()?.human) ? one.id : null;
  if (talking?.id === heard) return;
  talking?.following.stop();
  talking = null;
  if (!heard) return;
  const again = () => {
    const now = chosen.peek();
    if (now?.id === heard) void readTalk(now).catch(() => {});
  };
  talking = {
    id: heard,
    following: care.followConversation(heard, {
      connected: again,
      heard: events => events.some(event => TELLING.has(event.type)) && again(),
      lost: () => {},
      refused: () => {},
    }),
  };
}

export async function choose(id: string): Promise<void> {
  wrong.value = null;
  wanted = id;
  if (chosen.peek()?.id !== id) [chosen.value, talk.value] = [null, null];
  try {
    await read(id);
  } catch (thrown) {
    wrong.value = wordsFor(thrown);
  }
}

export function show(wish: care.Which): void {
  which.value = wish;
  wanted = null;
  [queue.value, chosen.value, talk.value] = [null, null, null];
  void refresh();
}

export async function showMore(): Promise<void> {
  const cursor = more.peek();
  if (!cursor) return;
  await attempt(async () => {
    const page = await care.listEscalations(which.peek(), cursor);
    queue.value = [...(queue.peek() ?? []), ...page.items];
    more.value = page.next_cursor;
  });
}

/** Does it and reads anew; true where it was done. */
export async function attempt(deed: () => Promise<unknown>): Promise<boolean> {
  wrong.value = null;
  try {
    await deed();
    return true;
  } catch (thrown) {
    wrong.value = wordsFor(thrown);
    return false;
  } finally {
    await refresh();
  }
}

/** Says the same words once, however often it has to be tried. */
export function speaker(id: string) {
  let key = freshKey();
  return async (text: string): Promise<boolean> => {
    const said = await attempt(() => care.say(id, text, key));
    if (said) key = freshKey();
    return said;
  };
}

/** Keeps everything fresh until it is let go. */
export function keepDesk(): () => void {
  closedOff.value = false;
  const following = care.followQueue({
    connected() {
      lost.value = false;
      void refresh();
    },
    heard: ids => void refresh(ids),
    lost: () => (lost.value = true),
    refused: refusal => {
      if (refusal.status === 403) closedOff.value = true;
      else wrong.value = refusal.message;
    },
  });
  const timer = setInterval(() => {
    const one = chosen.peek();
    if (one && talk.peek()?.human && !document.hidden) void care.join(one.id).catch(() => {});
  }, STILL_HERE_MS);
  return () => {
    following.stop();
    clearInterval(timer);
    talking?.following.stop();
    talking = wanted = null;
    [queue.value, chosen.value, talk.value, wrong.value] = [null, null, null, null];
  };
}

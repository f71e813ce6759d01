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
export const talk = signal<care.SeenConversation | null>(null);
export const wrong = signal<string | null>(null);
export const lost = signal(false);
/** This is for somebody else. */
export const closedOff = signal(false);

let talking: { id: string; following: Following } | null = null;
let looking: Promise<void> | null = null;
let again = false;

/** Reads the queue and what is looked at anew; calls that come while one is under way are served by one more. */
export function refresh(): Promise<void> {
  again = looking !== null;
  looking ??= look().finally(() => {
    looking = null;
    if (again) void refresh();
  });
  return looking;
}

async function look(): Promise<void> {
  try {
    const page = await care.listEscalations(which.peek());
    [queue.value, more.value, trouble.value] = [page.items, page.next_cursor, page.trouble];
    const id = chosen.peek()?.id;
    if (id) await read(id);
  } catch (thrown) {
    wrong.value = wordsFor(thrown);
  }
}

async function read(id: string): Promise<void> {
  const whole = await care.readEscalation(id);
  if (chosen.peek() && chosen.peek()?.id !== id) return;
  chosen.value = whole;
  await readTalk(whole);
}

const readable = (one: care.Escalation): boolean => one.mine && one.state !== 'closed' && one.session_id !== null;

async function readTalk(one: care.Escalation): Promise<void> {
  try {
    const seen = readable(one) ? await care.readConversation(one.id) : null;
    if (chosen.peek()?.id !== one.id) return;
    talk.value = seen;
  } catch (thrown) {
    if (!(thrown instanceof Refusal) || thrown.status === 0) throw thrown;
    talk.value = null;
  }
  listen(one);
}

/** Follows the conversation that is looked at for as long as something of it may be seen. */
function listen(one: care.Escalation): void {
  const wanted = talk.peek() && (talk.peek()?.shared || talk.peek()?.human) ? one.id : null;
  if (talking?.id === wanted) return;
  talking?.following.stop();
  talking = null;
  if (!wanted) return;
  const again = () => {
    const now = chosen.peek();
    if (now?.id === wanted) void readTalk(now).catch(() => {});
  };
  talking = {
    id: wanted,
    following: care.followConversation(wanted, {
      connected: again,
      heard: events => events.some(event => TELLING.has(event.type)) && again(),
      lost: () => {},
      refused: () => {},
    }),
  };
}

export async function choose(id: string): Promise<void> {
  wrong.value = null;
  if (chosen.peek()?.id !== id) [chosen.value, talk.value] = [null, null];
  try {
    await read(id);
  } catch (thrown) {
    wrong.value = wordsFor(thrown);
  }
}

export function show(wish: care.Which): void {
  which.value = wish;
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
    heard: () => void refresh(),
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
    talking = null;
    [queue.value, chosen.value, talk.value, wrong.value] = [null, null, null, null];
  };
}

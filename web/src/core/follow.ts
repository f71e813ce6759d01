// Follows a stream of events for as long as it is wanted and the page is seen; it decides nothing about them.

import { backoff } from '@/kit/backoff';
import { frameParser } from '@/kit/sse';

import { readEvent, type RunEvent } from './events';
import { open, Refusal } from './request';

// The server pings after 15 s of silence: nothing for this long means that nobody is there any more.
const SILENCE_MS = 40_000;
// A connection that held this long was a good one: the next try need not wait longer than the first.
const HELD_MS = 3_000;

export interface Listener<Heard = RunEvent> {
  /** The stream is open: what follows is live, what came before may have been missed. */
  connected(): void;
  heard(events: Heard[]): void;
  /** The connection is gone, and is tried again by itself. */
  lost(): void;
  /** The server will not tell us, now or later. */
  refused(refusal: Refusal): void;
}

export interface Following {
  /** Try again now, instead of later. */
  hurry(): void;
  stop(): void;
}

/** The events of one session. */
export const follow = (sessionId: string, listener: Listener): Following =>
  followAt(`/sessions/${sessionId}/events`, readEvent, listener);

/** What stands at this path; `read` makes an event of a frame's data, or nothing. `always`: while it is hidden, too. */
export function followAt<Heard>(
  path: string,
  read: (data: string) => Heard | null,
  listener: Listener<Heard>,
  { always = false } = {},
): Following {
  const hidden = () => document.hidden && !always;
  let stopped = false;
  let attempt = 0;
  let connection: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const connect = async (): Promise<void> => {
    clearTimeout(timer);
    if (stopped || connection || hidden()) return;
    const own = (connection = new AbortController());
    const began = performance.now();
    try {
      const response = await open(path, { signal: own.signal }, 'text/event-stream');
      listener.connected();
      await listen(response, own, read, listener);
    } catch (thrown) {
      if (thrown instanceof Refusal && !thrown.retryable) return listener.refused(thrown);
    } finally {
      if (connection === own) connection = null;
    }
    if (stopped || connection || hidden()) return;
    if (performance.now() - began > HELD_MS) attempt = 0;
    if (attempt > 0) listener.lost();
    timer = setTimeout(() => void connect(), backoff(attempt++));
  };

  const drop = (): void => {
    clearTimeout(timer);
    connection?.abort();
    connection = null;
  };

  const hurry = (): void => {
    attempt = 0;
    void connect();
  };

  // A hidden page holds no connection: browsers allow few of them to one server.
  const seenOrHidden = (): void => (hidden() ? drop() : hurry());
  const offline = (): void => listener.lost();

  document.addEventListener('visibilitychange', seenOrHidden);
  window.addEventListener('online', hurry);
  window.addEventListener('offline', offline);
  void connect();

  return {
    hurry,
    stop() {
      stopped = true;
      drop();
      document.removeEventListener('visibilitychange', seenOrHidden);
      window.removeEventListener('online', hurry);
      window.removeEventListener('offline', offline);
    },
  };
}

async function listen<Heard>(
  response: Response,
  connection: AbortController,
  read: (data: string) => Heard | null,
  listener: Listener<Heard>,
): Promise<void> {
  const reader = response.body?.getReader();
  if (!reader) return;
  const text = new TextDecoder();
  const parse = frameParser();
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  try {
    for (;;) {
      watchdog = setTimeout(() => connection.abort(), SILENCE_MS);
      const { done, value } = await reader.read();
      clearTimeout(watchdog);
      if (done || connection.signal.aborted) return;
      const events = parse(text.decode(value, { stream: true })).map(frame => read(frame.data));
      const known = events.filter(event => event !== null);
      if (known.length > 0) listener.heard(known);
    }
  } finally {
    clearTimeout(watchdog);
  }
}

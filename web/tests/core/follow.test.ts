import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { RunEvent } from '@/core/events';
import { follow, type Following } from '@/core/follow';

const EVENT = { type: 'content', content: 'a', seq: 1, run_id: 'run_1', session_id: 'ses_1' };
const FRAME = `id: 1\nevent: content\ndata: ${JSON.stringify(EVENT)}\n\n`;

/** One connection that the page opened: what it hears is said here. */
interface Line {
  say(text: string): void;
  end(): void;
  readonly aborted: boolean;
}

let lines: Line[] = [];
let refusal: Response | null = null;
let unreachable = false;
let hidden = false;
let following: Following | null = null;
let told: string[] = [];
let events: RunEvent[] = [];

const listener = {
  connected: () => void told.push('connected'),
  heard: (more: RunEvent[]) => void events.push(...more),
  lost: () => void told.push('lost'),
  refused: () => void told.push('refused'),
};

function answer(_: unknown, init?: RequestInit): Promise<Response> {
  if (unreachable) return Promise.reject(new TypeError('failed'));
  if (refusal) return Promise.resolve(refusal);
  const signal = init?.signal;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      signal?.addEventListener('abort', () => controller.error(new DOMException('aborted', 'AbortError')));
      lines.push({
        say: text => controller.enqueue(new TextEncoder().encode(text)),
        end: () => controller.close(),
        get aborted() {
          return signal?.aborted ?? false;
        },
      });
    },
  });
  return Promise.resolve(new Response(body));
}

const passing = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

function show(seen: boolean): void {
  hidden = !seen;
  document.dispatchEvent(new Event('visibilitychange'));
}

beforeEach(() => {
  lines = [];
  told = [];
  events = [];
  refusal = null;
  unreachable = false;
  hidden = false;
  vi.useFakeTimers();
  vi.stubGlobal('fetch', answer);
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden);
});

afterEach(() => {
  following?.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('what is told is heard, pings are not', async () => {
  following = follow('ses_1', listener);
  await passing(0);
  lines[0]?.say(': ping\n\n' + FRAME.slice(0, 20));
  await passing(0);
  expect(events).toEqual([]);
  lines[0]?.say(FRAME.slice(20));
  await passing(0);
  expect(told).toEqual(['connected']);
  expect(events).toEqual([EVENT]);
});

test('a stream that ends is opened again without a word', async () => {
  following = follow('ses_1', listener);
  await passing(0);
  lines[0]?.end();
  await passing(1_000);
  expect(told).toEqual(['connected', 'connected']);
});

test('while nobody answers the loss is told, and every try waits longer', async () => {
  unreachable = true;
  const fetching = vi.fn(answer);
  vi.stubGlobal('fetch', fetching);
  following = follow('ses_1', listener);
  await passing(60_000);
  expect(told).toContain('lost');
  expect(told).not.toContain('connected');
  expect(fetching.mock.calls.length).toBeGreaterThan(4);
  expect(fetching.mock.calls.length).toBeLessThan(16);
  unreachable = false;
  following.hurry();
  await passing(0);
  expect(told.at(-1)).toBe('connected');
});

test('a line that is silent for too long is taken for dead', async () => {
  following = follow('ses_1', listener);
  await passing(0);
  await passing(30_000);
  lines[0]?.say(': ping\n\n');
  await passing(30_000);
  expect(lines).toHaveLength(1);
  await passing(15_000);
  expect(lines[0]?.aborted).toBe(true);
  expect(lines).toHaveLength(2);
});

test('a hidden page holds no connection, and a page that is seen again has one', async () => {
  following = follow('ses_1', listener);
  await passing(0);
  show(false);
  await passing(120_000);
  expect(lines.map(line => line.aborted)).toEqual([true]);
  show(true);
  await passing(0);
  expect(lines.map(line => line.aborted)).toEqual([true, false]);
});

test('what is refused for good is not asked for again', async () => {
  refusal = new Response('{"code": "not_found"}', { status: 404 });
  following = follow('ses_1', listener);
  await passing(60_000);
  expect(told).toEqual(['refused']);
});

test('who stops following is left alone', async () => {
  following = follow('ses_1', listener);
  await passing(0);
  following.stop();
  await passing(60_000);
  show(true);
  window.dispatchEvent(new Event('online'));
  await passing(0);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.aborted).toBe(true);
});

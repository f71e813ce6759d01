import { expect, test } from 'vitest';

import { accepted, branched, refreshed, refused, sending } from '@/features/runs/fold';
import { busy, emptyView, written } from '@/features/runs/view';

import { all, asked, finished, grown, ids, message, read, SESSION, stamped, started } from './told';

const TURN = stamped([
  ...started('msg_q', 'msg_a'),
  { type: 'reasoning', content: 'hm' },
  ...grown('One ', 'two ', 'three'),
  ...finished(message('msg_a', 'msg_q', { text: 'One two three' })),
]);

test('a turn grows piece by piece and ends as a message', () => {
  const midway = all(asked(), TURN.slice(0, 5));
  expect(midway.live && written(midway.live, 'content')).toBe('One two ');
  expect(midway.live && written(midway.live, 'reasoning')).toBe('hm');
  expect(busy(midway)).toBe(true);
  const whole = all(midway, TURN.slice(5));
  expect(whole.messages.at(-1)?.text).toBe('One two three');
  expect(whole.live).toBeNull();
  expect(whole.title).toBe('A title');
});

test('whatever was heard before, a replay from the start ends in the same view', () => {
  const once = all(asked(), TURN);
  for (let heard = 0; heard <= TURN.length; heard++) {
    expect(all(all(asked(), TURN.slice(0, heard)), TURN)).toEqual(once);
  }
});

test('events of another session change nothing', () => {
  const foreign = TURN.map(event => ({ ...event, session_id: 'ses_2' }));
  expect(all(asked(), foreign)).toEqual(asked());
});

test('a restarted step takes its half text back', () => {
  const events = stamped([
    ...started('msg_q', 'msg_a'),
    ...grown('kept ', 'lost', ' too'),
    { type: 'step_restarted', from_seq: 4 },
    ...grown('anew'),
  ]);
  const view = all(asked(), events);
  expect(view.live && written(view.live, 'content')).toBe('kept anew');
});

test('an error is told apart from what was written, and only where no message tells it', () => {
  const failing = stamped([
    ...started('msg_q', 'msg_a'),
    ...grown('half'),
    { type: 'error', code: 'model_timeout', message: 'Too slow.', retryable: true },
  ]);
  const failed = all(asked(), failing);
  expect(failed.failure).toEqual({ code: 'model_timeout', message: 'Too slow.' });
  const error = { code: 'model_timeout', message: 'Too slow.' };
  const told = message('msg_a', 'msg_q', { status: 'error', error, text: 'half' });
  const over = all(failed, stamped(finished(told), 'run_1', 5));
  expect(over.failure).toBeNull();
  expect(over.messages.at(-1)?.error).toEqual(error);
});

test('a run of which nobody told us the question asks for a fresh reading', () => {
  expect(all(emptyView(SESSION), TURN.slice(0, 2)).stale).toBe(true);
  expect(all(asked(), TURN.slice(0, 2)).stale).toBe(false);
});

const prompt = {
  key: 'k',
  text: 'And you?',
  attachments: [],
  parentId: 'msg_q',
  sentAt: '2026-01-01T00:00:01Z',
  error: null,
};

test('a prompt becomes a message when its run begins, whichever news comes first', () => {
  const sent = sending(asked(), prompt);
  expect(busy(sent)).toBe(true);
  const begun = stamped(started('msg_q2', 'msg_a2'), 'run_2');
  const eventFirst = accepted(all(sent, begun), 'run_2', 'msg_q2');
  const answerFirst = all(accepted(sent, 'run_2', 'msg_q2'), begun);
  for (const view of [eventFirst, answerFirst]) {
    expect(ids(view)).toEqual(['msg_q', 'msg_q2']);
    expect(view.messages.at(-1)?.text).toBe('And you?');
    expect(view.pending).toBeNull();
    expect(view.stale).toBe(false);
    expect(view.live?.runId).toBe('run_2');
  }
});

test('an answer that is quicker than the acceptance is not awaited again', () => {
  const turn = stamped([...started('msg_q2', 'msg_a2'), ...finished(message('msg_a2', 'msg_q2'))], 'run_2');
  const view = accepted(all(sending(asked(), prompt), turn), 'run_2', 'msg_q2');
  expect(ids(view)).toEqual(['msg_q', 'msg_q2', 'msg_a2']);
  expect(busy(view)).toBe(false);
});

test('a prompt that did not arrive stays, and is nobody else’s message', () => {
  const failed = refused(sending(asked(), prompt), 'Palaver cannot be reached.');
  expect(busy(failed)).toBe(false);
  const other = all(failed, stamped(started('msg_other', 'msg_x'), 'run_9'));
  expect(other.pending?.text).toBe('And you?');
  expect(other.stale).toBe(true);
});

test('answering again shows the branch up to the question', () => {
  const before = all(asked(), TURN);
  const again = all(before, stamped(started('msg_q', 'msg_b'), 'run_2'));
  expect(ids(again)).toEqual(['msg_q']);
  const sibling = message('msg_b', 'msg_q', { siblings: { count: 2, index: 1 } });
  const done = all(again, stamped(finished(sibling), 'run_2', 3));
  expect(done.stale).toBe(true);
  expect(ids(done)).toEqual(['msg_q', 'msg_b']);
  expect(done.messages.at(-1)?.siblings).toEqual({ count: 2, index: 1 });
});

test('an edited question stands where the old one stood', () => {
  const edited = branched(all(asked(), TURN), message('msg_q2', null));
  expect(ids(edited)).toEqual(['msg_q2']);
});

test('a reading that is older than the news does not undo it', () => {
  const question = message('msg_q', null);
  const view = all(asked(), TURN);
  expect(ids(refreshed(view, read([question], null, 0)))).toEqual(['msg_q', 'msg_a']);
});

test('what was read before a short turn that is over by now is not shown, and read once more', () => {
  const view = all(asked(), TURN);
  const early = refreshed(view, read([], null, 0));
  expect([ids(early), early.stale]).toEqual([ids(view), true]);
  const late = refreshed(early, read([...view.messages], null, early.tick));
  expect([ids(late), late.stale]).toEqual([ids(view), false]);
});

test('a reading in the midst of a run leaves the run alone', () => {
  const midway = all(asked(), TURN.slice(0, 5));
  const view = refreshed(midway, read([message('msg_q', null)], 'run_1', midway.tick));
  expect(view.live).toEqual(midway.live);
});

test('a run that ended while nobody listened is not awaited for ever', () => {
  const midway = all(asked(), TURN.slice(0, 5));
  const messages = [message('msg_q', null), message('msg_a', 'msg_q')];
  const view = refreshed(midway, read(messages, null, midway.tick));
  expect(view.live).toBeNull();
  expect(ids(view)).toEqual(['msg_q', 'msg_a']);
});

test('a run that began after the question to the server was put outlives its answer', () => {
  const view = all(asked(), TURN.slice(0, 4));
  expect(refreshed(view, read([message('msg_q', null)], null, 0)).live?.runId).toBe('run_1');
});

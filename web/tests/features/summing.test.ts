import { expect, test } from 'vitest';

import type { Attachment, Message } from '@/core/messages';
import { accepted, fold, sending } from '@/features/runs/fold';
import { busy, emptyView, sumsUp } from '@/features/runs/view';

import { all, asked, finished, ids, message, SESSION, stamped, started } from './told';

const receipt = { from_message_id: 'msg_q', to_message_id: 'msg_a', messages: 2, tokens_before: 9, tokens_after: 3 };
const summary: Message = message('msg_s', 'msg_a', { role: 'system', summary: receipt });
const talked = { ...emptyView(SESSION), messages: [message('msg_q', null), message('msg_a', 'msg_q')] };
const begun = all(talked, stamped(started('msg_a', 'msg_s'), 'run_s'));

test('a run below an answer sums up, and one below a question answers it', () => {
  expect(sumsUp(begun)).toBe(true);
  expect(busy(begun)).toBe(true);
  expect(sumsUp(all(asked(), stamped(started('msg_q', 'msg_a'))))).toBe(false);
});

test('the summary stands below the answer', () => {
  const done = all(begun, stamped(finished(summary), 'run_s', 3));
  expect(ids(done)).toEqual(['msg_q', 'msg_a', 'msg_s']);
  expect(busy(done)).toBe(false);
});

test('a summary that failed is no failed answer: asking again would answer the last question anew', () => {
  const error = { type: 'error', code: 'invalid', message: 'No.', retryable: false } as const;
  const done = all(begun, stamped([error, { type: 'done', finish_reason: 'error', duration_ms: 1 }], 'run_s', 3));
  expect(done.failure).toBeNull();
  expect(busy(done)).toBe(false);
  const answering = all(asked(), stamped([...started('msg_q', 'msg_a'), error]));
  expect(answering.failure).toEqual({ code: 'invalid', message: 'No.' });
});

test('what a prompt carries is there before the server tells the message, also where it has no words', () => {
  const picture: Attachment = { type: 'image', file_id: 'fil_1', name: 'a.png' };
  const pending = { key: 'k', text: '', attachments: [picture], parentId: 'msg_a', sentAt: '', error: null };
  const sent = accepted(sending(talked, pending), 'run_2', 'msg_q2');
  expect(sent.messages.at(-1)?.parts).toEqual([picture]);
  const [event] = stamped(started('msg_q2', 'msg_a2'), 'run_2');
  expect(event && fold(sent, event).messages.at(-1)?.parts).toEqual([picture]);
});

test('what failed below a message that is not known yet is left to the fresh reading', () => {
  const error = { type: 'error', code: 'invalid', message: 'No.', retryable: false } as const;
  const unknown = all(emptyView(SESSION), stamped([...started('msg_a', 'msg_s'), error], 'run_s'));
  expect(unknown.failure).toBeNull();
  expect(unknown.stale).toBe(true);
});

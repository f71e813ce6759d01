import { expect, test } from 'vitest';

import type { Manifest } from '@/core/context';
import { factsOf, fullness, marksOf, sharesOf } from '@/features/context/words';
import { receiptLines } from '@/features/runs/receipt';

const nothing: Manifest = { model: 'a/b' };
const name = (model: string) => model;

test('parts that there is nothing of are not listed, sums are no parts, and new parts are', () => {
  const tokens = { total: 16, reported: 20, later_idea: 3, messages: 4, summary: 0, instructions: 9 };
  expect(sharesOf({ ...nothing, tokens })).toEqual([
    { part: 'instructions', says: 'Instructions', tokens: 9 },
    { part: 'messages', says: 'Messages', tokens: 4 },
    { part: 'later_idea', says: 'Later idea', tokens: 3 },
  ]);
});

test('how full a window is says so where nobody knows how large it is', () => {
  expect(fullness({ ...nothing, tokens: { total: 1 }, window: 1000 })).toBe('About 1 of 1,000 tokens, less than 1 %');
  expect(fullness({ ...nothing, tokens: { total: 500 }, window: 1000 })).toMatch(/50 %$/);
  expect(fullness({ ...nothing, tokens: { total: 500 } })).toMatch(/not known/);
});

test('what was left out and told in part is said, with the messages to look at', () => {
  const facts = factsOf(
    {
      ...nothing,
      messages: { count: 2, from_message_id: 'msg_a', to_message_id: 'msg_b' },
      left_out: { count: 1, from_message_id: 'msg_c', to_message_id: 'msg_c' },
      shortened: ['msg_a'],
      summary_id: 'msg_s',
      summarized: 12,
      not_considered: 5,
    },
    name,
  );
  expect(facts).toEqual([
    { about: 'Model', says: 'a/b' },
    { about: 'Messages', says: '2 messages', messages: ['msg_a', 'msg_b'] },
    { about: 'Summary', says: 'stands for 12 earlier messages', messages: ['msg_s'] },
    { about: 'Left out', says: '1 message did not fit', messages: ['msg_c'] },
    { about: 'Not looked at', says: '5 still older messages' },
    { about: 'Told in part', says: 'results of tools in 1 message', messages: ['msg_a'] },
  ]);
});

test('a window in which everything stands has nothing to say but its model', () => {
  const none = { count: 0, from_message_id: null, to_message_id: null };
  expect(factsOf({ ...nothing, messages: none, left_out: none, shortened: [] }, name)).toHaveLength(1);
  expect(marksOf(nothing)).toEqual([]);
});

const receipt = { from_message_id: 'a', to_message_id: 'b', messages: 4, tokens_before: 3900, tokens_after: 640 };

test('a receipt says what a summary stands for, and how far it can be trusted', () => {
  expect(receiptLines({ ...receipt, checked: true, repaired: true })).toContain(
    'It was compared with the messages, and what was missing was put in.',
  );
  expect(receiptLines({ ...receipt, checked: true })).toContain(
    'It was compared with the messages, and nothing was missing.',
  );
  expect(receiptLines(receipt)).toContain('It was not compared with the messages.');
  expect(receiptLines({ ...receipt, extractive: true }).join()).toMatch(/picked, not written/);
  expect(receiptLines({ ...receipt, focus: 'goats' })).toContain('Above all about: goats');
});

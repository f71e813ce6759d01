// What a conversation shows of care: who helps before the answer, and what people from the team say.

import { expect, test } from 'vitest';

import type { HelpResource } from '@/core/messages';
import { since } from '@/features/counsellor/words';
import { blocksOfEntries, blocksOfMessage } from '@/features/runs/blocks';
import { sumsUp, type View } from '@/features/runs/view';

import { all, asked, type Bare, finished, grown, message, stamped } from './told';

const HELPER: HelpResource = {
  id: 'world',
  country: null,
  name: 'A line',
  kind: 'directory',
  channels: [],
  languages: [],
  hours: null,
  cost: null,
  note: null,
  paired_with: [],
  source_url: 'https://example.org',
  verified_on: '2026-11-20',
  confirmed: false,
};

const care = (level: string, escalation_id: string | null = null): Bare => ({
  type: 'care',
  level,
  resources: [HELPER],
  message: 'These people listen.',
  escalation_id,
});
const run = (below: string, model: string): Bare[] => [
  { type: 'run', user_message_id: below, message_id: 'msg_a', model, provider: 'any' },
];

test('who helps stands before the first word, while it is written and after', () => {
  const events = [...run('msg_q', 'a/b'), care('high'), ...grown('I am sorry.')];
  const begun = all(asked(), stamped(events));
  expect(blocksOfEntries(begun.live?.entries ?? []).map(block => block.kind)).toEqual(['line', 'text']);
  const told = message('msg_a', 'msg_q');
  const done = all(begun, stamped(finished(told), 'run_1', events.length + 1));
  const [first, second] = blocksOfMessage(told, done.past['msg_a']);
  expect(first?.kind === 'line' && first.line.helpers).toEqual([HELPER]);
  expect(first?.kind === 'line' && first.line.says).toBe('These people listen.');
  expect(second?.kind).toBe('text');
});

test('who helped stands there again when the conversation is read anew, once', () => {
  const help = { resources: [HELPER], message: 'These people listen.' };
  const kept = { ...message('msg_a', 'msg_q'), help };
  const anew = blocksOfMessage(kept);
  expect(anew.map(block => block.kind)).toEqual(['line', 'text']);
  expect(anew[0]?.kind === 'line' && anew[0].line.helpers).toEqual([HELPER]);
  const told = all(asked(), stamped([...run('msg_q', 'a/b'), care('high'), ...grown('Yes.'), ...finished(kept)]));
  expect(blocksOfMessage(kept, told.past['msg_a'])).toEqual(anew);
});

test('the call for somebody from the team is known while it is told and after it was read anew', () => {
  const live = all(asked(), stamped([...run('msg_q', 'a/b'), care('high', 'esc_1')]));
  const [now] = blocksOfEntries(live.live?.entries ?? []);
  const help = { resources: [HELPER], message: 'These people listen.', escalation_id: 'esc_1' };
  const [then] = blocksOfMessage({ ...message('msg_a', 'msg_q'), help });
  for (const block of [now, then]) expect(block?.kind === 'line' && block.line.called).toBe('esc_1');
});

test('who helps stands there once where it was told again before a word was said', () => {
  const live = all(asked(), stamped([...run('msg_q', 'a/b'), care('low'), care('high', 'esc_1'), ...grown('Yes.')]));
  const blocks = blocksOfEntries(live.live?.entries ?? []);
  expect(blocks.map(block => block.kind)).toEqual(['line', 'text']);
  expect(blocks[0]?.kind === 'line' && blocks[0].line.called).toBe('esc_1');
});

test('the urgency is kept nowhere that is shown', () => {
  expect(JSON.stringify(all(asked(), stamped([care('critical')])))).not.toContain('critical');
});

test('a person who speaks below an answer does not look like a summary', () => {
  const view: View = { ...asked(), messages: [message('msg_q', null), message('msg_b', 'msg_q')] };
  expect(sumsUp(all(view, stamped(run('msg_b', 'palaver/person'))))).toBe(false);
  expect(sumsUp(all(view, stamped(run('msg_b', 'a/b'))))).toBe(true);
});

test('how long somebody waits is said in few words', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  expect(since('2026-11-22T11:59:40Z', now)).toBe('just now');
  expect(since('2026-11-22T11:15:00Z', now)).toBe('45 min');
  expect(since('2026-11-22T09:30:00Z', now)).toBe('2 h 30 min');
  expect(since('2026-11-19T12:00:00Z', now)).toBe('3 days');
});

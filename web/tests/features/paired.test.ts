import { expect, test } from 'vitest';

import type { Message, Part } from '@/core/messages';
import { blocksOfMessage } from '@/features/runs/blocks';
import { standing } from '@/features/runs/calls/summary';
import { paired } from '@/features/runs/paired';

import { message } from './told';

const call = (call_id: string): Part => ({ type: 'tool_call', call_id, name: 'weather', arguments: {} });
const result = (call_id: string): Part => ({ type: 'tool_result', call_id, ok: true, content: 'sun' });
const asked = message('msg_q', null);
const called: Message = message('msg_a', 'msg_q', {
  role: 'assistant',
  finish_reason: 'tool_calls',
  parts: [call('a'), call('b')],
});
const stands = (shown: Message | undefined) =>
  shown && blocksOfMessage(shown).flatMap(block => (block.kind === 'call' ? [standing(block.call, false)] : []));

test('what an app brought stands beside its calls, and what it did not is for the app to make', () => {
  const brought = message('msg_t', 'msg_a', { role: 'tool', parts: [result('b')] });
  const shown = paired([asked, called, brought]);
  expect(shown.map(one => one.id)).toEqual(['msg_q', 'msg_a']);
  expect(stands(shown[1])).toEqual(['handed', 'done']);
});

test('what a person says with results stays theirs', () => {
  const brought = message('msg_u', 'msg_a', { role: 'user', parts: [result('a'), { type: 'text', text: 'And now?' }] });
  const shown = paired([asked, called, brought]);
  expect(shown.map(one => one.parts.map(part => part.type))).toEqual([
    ['text'],
    ['tool_call', 'tool_call', 'tool_result'],
    ['text'],
  ]);
});

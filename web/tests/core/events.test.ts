import { expect, test } from 'vitest';

import { readEvent } from '@/core/events';

const stamp = { seq: 3, run_id: 'run_1', session_id: 'ses_1' };

test('an event is read', () => {
  const event = { type: 'content', content: 'a', ...stamp };
  expect(readEvent(JSON.stringify(event))).toEqual(event);
});

test.each([
  JSON.stringify({ type: 'weather', sky: 'clear', ...stamp }),
  JSON.stringify({ type: 'content', content: 'a' }),
  '{"type": "content", "seq"',
  'null',
  '[]',
  '',
])('%s is let go', data => {
  expect(readEvent(data)).toBeNull();
});

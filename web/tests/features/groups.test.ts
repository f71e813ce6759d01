import { expect, test } from 'vitest';

import type { Session } from '@/core/messages';
import { grouped } from '@/features/sessions/groups';

const session = (id: string, at: string, pinned = false) =>
  ({ id, pinned, created_at: at, last_message_at: at }) as Session;

test('pinned sessions come first and stand only there', () => {
  const now = new Date(2026, 10, 21, 12);
  const today = new Date(2026, 10, 21, 8).toISOString();
  const before = new Date(2026, 10, 20, 8).toISOString();
  const groups = grouped([session('a', today), session('b', before, true), session('c', before)], now);
  expect(groups.map(group => [group.heading, group.sessions.map(one => one.id)])).toEqual([
    ['Pinned', ['b']],
    ['Today', ['a']],
    ['Yesterday', ['c']],
  ]);
});

import { expect, test } from 'vitest';

import { backoff } from '@/kit/backoff';
import { dayHeading } from '@/kit/days';

test('each wait is longer than the one before, until it is long enough', () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 50].map(attempt => backoff(attempt, 1));
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
});

test('chance takes away at most half of a wait', () => {
  expect(backoff(3, 0)).toBe(2000);
});

test('days have the headings people would look under', () => {
  const now = new Date(2026, 10, 21, 9, 0);
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString();
  expect(dayHeading(at(21, 0), now)).toBe('Today');
  expect(dayHeading(at(20, 23), now)).toBe('Yesterday');
  expect(dayHeading(at(20, 0), now)).toBe('Yesterday');
  expect(dayHeading(at(19, 23), now)).toBe('This week');
  expect(dayHeading(at(1, 12), now)).toBe('This month');
  expect(dayHeading(new Date(2025, 2, 3).toISOString(), now)).toContain('2025');
});

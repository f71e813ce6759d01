import { expect, test } from 'vitest';

import { secretIn } from '@/features/members/invited';

test('the secret of an invitation is what stands behind its name, and nothing else is one', () => {
  expect(secretIn('#invitation=a-B_9')).toBe('a-B_9');
  for (const hash of ['', '#', '#invitation=', '#invitation=a/b', '#other=a', '#invitation=a&b=c']) {
    expect(secretIn(hash)).toBeNull();
  }
});

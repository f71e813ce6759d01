import { expect, test } from 'vitest';

import { arrivedIn } from '@/features/identity/arrived';
import { forgetAllBut, recall, remember } from '@/kit/remembered';

test.each([
  ['#verify=abc_-1', { kind: 'verify', word: 'abc_-1' }],
  ['#reset=a.b~c', { kind: 'reset', word: 'a.b~c' }],
  ['#register=x', { kind: 'register', word: 'x' }],
  ['#sign-in-failed=access_denied', { kind: 'sign-in-failed', word: 'access_denied' }],
])('%s is what somebody came with', (hash, found) => {
  expect(arrivedIn(hash)).toEqual(found);
});

test.each(['', '#', '#reset=', '#main', '#reset=<b>', '#other=x', '#reset=a&verify=b'])('%s is nothing', hash => {
  expect(arrivedIn(hash)).toBeNull();
});

test('who signs out leaves nothing of theirs, and the colours that they like', () => {
  remember('draft.new', 'a word nobody else should read');
  remember('theme', 'dark');
  localStorage.setItem('others', 'kept');
  forgetAllBut('theme');
  expect([recall('draft.new'), recall('theme'), localStorage.getItem('others')]).toEqual([null, 'dark', 'kept']);
});

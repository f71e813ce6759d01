import { expect, test } from 'vitest';

import { problemOf } from '@/core/request';
import { broughtSays, flawSays } from '@/features/sessions/bringing';

const none = { sessions: 0, messages: 0, files: 0, items: [], notes: [] };

test('what was brought is counted in words', () => {
  expect(broughtSays({ ...none, sessions: 1, messages: 2000 })).toBe('1 conversation, 2,000 messages');
  expect(broughtSays({ ...none, sessions: 2, messages: 1, files: 1, projects: 3 })).toBe(
    '2 conversations, 1 message, 1 file, 3 projects',
  );
});

test('where a file is broken is counted from one, as people do', () => {
  expect(flawSays({ loc: ['body', 'the file', 0, 'name'], msg: 'line 2: no text' })).toBe(
    'the file, no. 1, name: line 2: no text',
  );
  expect(flawSays({ loc: ['body'], msg: 'broken' })).toBe('broken');
});

test('whatever a server answers becomes a refusal with words', () => {
  const whole = problemOf(422, { code: 'invalid', detail: 'No.', errors: [{ loc: [], msg: 'x' }] }, 'req_1');
  expect([whole.status, whole.code, whole.message, whole.errors.length]).toEqual([422, 'invalid', 'No.', 1]);
  const bare = problemOf(502, '<html>', null);
  expect([bare.code, bare.message, bare.errors]).toEqual(['internal', 'The server answered 502.', []]);
});

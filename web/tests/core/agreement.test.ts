// What was written by hand of the API says the same as the API: the compiler looks.

import { expectTypeOf, test } from 'vitest';

import type * as told from '@/core/generated';
import type { Message, Session } from '@/core/messages';

/** What has a default in the API is there in what it gives. */
type Given<Value> = Value extends object ? { [Name in keyof Value]-?: Given<Value[Name]> } : Value;

test('what the server gives is what the page takes it for', () => {
  expectTypeOf<Given<told.Message>>().toExtend<Message>();
  expectTypeOf<Given<told.Session>>().toExtend<Session>();
});

// Who is signed in, as far as this page knows.

import { signal } from '@preact/signals';

import { logIn, logOut, me, type Person } from '@/core/calls';
import { Refusal } from '@/core/request';

/** undefined: not asked yet; null: nobody. */
export const person = signal<Person | null | undefined>(undefined);

export async function recognise(): Promise<void> {
  try {
    person.value = await me();
  } catch (thrown) {
    if (!(thrown instanceof Refusal) || thrown.status !== 401) throw thrown;
    person.value = null;
  }
}

export async function signIn(email: string, password: string): Promise<void> {
  await logIn(email, password);
  await recognise();
}

export async function signOut(): Promise<void> {
  await logOut();
  person.value = null;
}

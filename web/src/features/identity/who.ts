// Who is signed in, as far as this page knows.

import { signal } from '@preact/signals';

import { type CameIn, giveCode, logIn } from '@/core/account';
import { logOut, me, type Person } from '@/core/calls';
import { Refusal } from '@/core/request';
import { forgetAllBut } from '@/kit/remembered';

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

/** Goes on with what signing in came to; what is still wanted is given back. */
export async function come(answer: CameIn | undefined): Promise<CameIn> {
  if (answer?.status) return answer;
  await recognise();
  return {};
}

export const signIn = async (email: string, password: string) => come(await logIn(email, password));
export const signInByCode = async (token: string, code: string) => come(await giveCode(token, code));

/** Nothing of this person stays in the browser: neither what they began to write, nor what the page held. */
export async function signOut(): Promise<void> {
  await logOut();
  forgetAllBut('theme');
  location.replace('/');
}

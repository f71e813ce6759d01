// The form for somebody who came without the link that the server printed.

import { useState } from 'preact/hooks';

import { wordsFor } from '@/core/request';

import { signIn } from './who';

export function SignIn() {
  const [error, setError] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    setAsking(true);
    setError(null);
    try {
      await signIn(String(fields.get('email')), String(fields.get('password')));
    } catch (thrown) {
      setError(wordsFor(thrown));
    } finally {
      setAsking(false);
    }
  };

  return (
    <form class="sign-in" onSubmit={event => void submit(event)}>
      <h1>Come, sit down</h1>
      <p class="soft">Sign in to your conversations.</p>
      {error && (
        <p class="alert" role="alert">
          {error}
        </p>
      )}
      <label>
        Email
        <input name="email" type="email" autocomplete="username" required />
      </label>
      <label>
        Password
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      <button class="button primary" disabled={asking}>
        {asking ? 'Signing in…' : 'Sign in'}
      </button>
      <p class="hint">
        Is this your own machine? <code>palaver serve</code> prints a link that signs you in without a password.
      </p>
    </form>
  );
}

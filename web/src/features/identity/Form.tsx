// A form of the door: says what it is for, sends what was typed, and shows what was refused.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import { wordsFor } from '@/core/request';

interface Props {
  title: string;
  says: string;
  act: string;
  acting: string;
  onSend: (field: (name: string) => string) => Promise<unknown>;
  children?: ComponentChildren;
  /** Stands below the button. */
  more?: ComponentChildren;
  trouble?: string | null;
}

export function Form({ title, says, act, acting, onSend, children, more, trouble = null }: Props) {
  const [error, setError] = useState(trouble);
  const [asking, setAsking] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    setAsking(true);
    setError(null);
    try {
      await onSend(name => String(fields.get(name) ?? ''));
    } catch (thrown) {
      setError(wordsFor(thrown));
    } finally {
      setAsking(false);
    }
  };
  return (
    <form class="sign-in" onSubmit={event => void submit(event)}>
      <h1>{title}</h1>
      <p class="soft">{says}</p>
      {error && (
        <p class="alert" role="alert">
          {error}
        </p>
      )}
      {children}
      <button class="button primary" disabled={asking}>
        {asking ? acting : act}
      </button>
      {more}
    </form>
  );
}

export function Email() {
  return (
    <label>
      Email
      <input name="email" type="email" autocomplete="username" required />
    </label>
  );
}

export function NewPassword() {
  return (
    <label>
      New password
      <input name="password" type="password" autocomplete="new-password" required minLength={8} />
    </label>
  );
}

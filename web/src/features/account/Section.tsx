// A part of the account's panel, and the small forms in it; they send nothing themselves.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

interface SectionProps {
  title: string;
  trouble: string | null;
  children: ComponentChildren;
}

export function Section({ title, trouble, children }: SectionProps) {
  return (
    <section class="part" aria-label={title}>
      <h3>{title}</h3>
      {trouble && (
        <p class="alert" role="alert">
          {trouble}
        </p>
      )}
      {children}
    </section>
  );
}

interface FieldsProps {
  act: string;
  onEnd: () => void;
  onSend: (field: (name: string) => string) => Promise<unknown>;
  children: ComponentChildren;
}

export function Fields({ act, onEnd, onSend, children }: FieldsProps) {
  const [sending, setSending] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    setSending(true);
    await onSend(name => String(fields.get(name) ?? ''));
    setSending(false);
  };
  return (
    <form class="fields" onSubmit={event => void submit(event)}>
      {children}
      <div class="row">
        <button type="button" class="button" onClick={onEnd}>
          Cancel
        </button>
        <button class="button primary" disabled={sending}>
          {act}
        </button>
      </div>
    </form>
  );
}

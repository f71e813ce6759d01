// The conversation as far as its person lets it be seen, and where one writes once one has joined.

import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

import type { CareConversation, CareLine } from '@/core/care';

import { speaker } from './desk';

const WHO: Record<CareLine['by'], string> = {
  person: 'The person',
  model: 'The model',
  human: 'You',
  house: 'Palaver',
};

function Words({ one, me }: { one: CareLine; me: string | null }) {
  const who = one.by === 'human' && one.name !== me ? (one.name ?? 'A colleague') : WHO[one.by];
  return (
    <li class="spoken" data-by={one.by}>
      <span class="hint">{who}</span>
      <p>{one.text}</p>
    </li>
  );
}

export function Talk({ id, seen }: { id: string; seen: CareConversation }) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const say = useMemo(() => speaker(id), [id]);
  const box = useRef<HTMLOListElement>(null);
  const last = seen.items.at(-1)?.id;
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [last]);
  const send = async () => {
    if (!text.trim() || busy) return;
    setBusy(true);
    if (await say(text.trim())) setText('');
    setBusy(false);
  };
  return (
    <section class="talk" aria-label="The conversation">
      <h3>The conversation</h3>
      {!seen.shared && (
        <p class="hint">
          {seen.human
            ? 'This person did not agree to be read: you see what was said since you joined.'
            : 'This person did not agree to be read. Join to talk with them; then you see what is said from then on.'}
        </p>
      )}
      {seen.items.length > 0 && (
        <ol class="spoken-list" ref={box} aria-label="What was said" aria-live="polite" tabIndex={0}>
          {seen.items.map(one => (
            <Words key={one.id} one={one} me={seen.human?.name ?? null} />
          ))}
        </ol>
      )}
      {seen.human && (
        <form
          class="fields"
          onSubmit={event => {
            event.preventDefault();
            void send();
          }}
        >
          <label class="field">
            Your words, as {seen.human.name}
            <textarea
              rows={3}
              value={text}
              onInput={event => setText(event.currentTarget.value)}
              onKeyDown={event => {
                if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
                event.preventDefault();
                void send();
              }}
            />
          </label>
          <div class="row">
            <button class="button primary" disabled={busy || !text.trim()}>
              Send
            </button>
          </div>
        </form>
      )}
    </section>
  );
}

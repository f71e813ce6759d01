// The frame of what waits for a person: takes the focus when nobody else has it, and gives it back. Answers nothing.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { Icon } from '@/kit/icons';

import { STAGE_SAYS, type Responding } from './responding';

interface Props {
  title: string;
  expiresAt: string | null;
  responding: Responding;
  children: ComponentChildren;
}

const nobodyHasFocus = () => document.activeElement === null || document.activeElement === document.body;

/** The next card that waits, or else where one writes. */
function passFocusOn(from: HTMLElement): void {
  const others = [...document.querySelectorAll<HTMLElement>('.card')].filter(card => card !== from);
  (others[0] ?? document.getElementById('prompt'))?.focus();
}

function Expiry({ at }: { at: string }) {
  const time = new Date(at);
  const soon = time.getTime() - Date.now() < 86_400_000;
  const words = soon ? time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }) : time.toLocaleDateString();
  return (
    <span class="hint">
      Until <time dateTime={at}>{words}</time>
    </span>
  );
}

export function Card({ title, expiresAt, responding, children }: Props) {
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    const own = card.current;
    // Never a button of the card: a key that was meant for something else must not answer.
    if (nobodyHasFocus()) own?.focus();
    let held = false;
    const watch = () => (held = own?.contains(document.activeElement) ?? false);
    document.addEventListener('focusin', watch);
    watch();
    return () => {
      document.removeEventListener('focusin', watch);
      if (held && own) passFocusOn(own);
    };
  }, []);
  const { stage, error } = responding;
  return (
    <section
      ref={card}
      class="card"
      tabIndex={-1}
      aria-label={title}
      data-stage={stage}
      onKeyDown={event => {
        // Escape stops the whole answer elsewhere on the page; not where somebody is deciding.
        if (event.key === 'Escape') event.preventDefault();
      }}
    >
      <header>
        <Icon name="bell" size={16} />
        <h2>{title}</h2>
        {expiresAt && stage === 'open' && <Expiry at={expiresAt} />}
      </header>
      {children}
      {error && (
        <p class="alert" role="alert">
          {error}
        </p>
      )}
      {STAGE_SAYS[stage] && (
        <p class="stage" role="status">
          {STAGE_SAYS[stage]}
        </p>
      )}
    </section>
  );
}

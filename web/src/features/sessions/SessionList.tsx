// All sessions, newest first, loaded as one scrolls; with a box to search titles and messages.

import { useEffect, useRef } from 'preact/hooks';

import { Icon } from '@/kit/icons';

import { grouped } from './groups';
import { archive, hasMore, loading, more, query, search, sessions, showArchive, trouble } from './list';
import { SessionRow } from './SessionRow';

const TYPING_PAUSE_MS = 250;

function SearchBox() {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const soon = (words: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(words), TYPING_PAUSE_MS);
  };
  useEffect(() => {
    const shortcut = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      input.current?.focus();
    };
    window.addEventListener('keydown', shortcut);
    return () => window.removeEventListener('keydown', shortcut);
  }, []);
  return (
    <label class="search">
      <Icon name="search" size={16} />
      <span class="visually-hidden">Search conversations</span>
      <input
        ref={input}
        type="search"
        placeholder="Search"
        defaultValue={query.value}
        onInput={event => soon(event.currentTarget.value)}
      />
    </label>
  );
}

/** Loads the next page when it comes into sight; it is a button for those who do not scroll. */
function MoreButton() {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!button.current) return;
    const watcher = new IntersectionObserver(seen => {
      if (seen.some(entry => entry.isIntersecting)) void more();
    });
    watcher.observe(button.current);
    return () => watcher.disconnect();
  }, [sessions.value.length]);
  return (
    <button ref={button} type="button" class="more" onClick={() => void more()}>
      {loading.value ? 'Loading…' : 'Show more'}
    </button>
  );
}

function Nothing() {
  if (loading.value) return <p class="hint">Loading…</p>;
  if (query.value) return <p class="hint">Nothing found for “{query.value}”.</p>;
  return <p class="hint">{archive.value ? 'The archive is empty.' : 'Your conversations will stand here.'}</p>;
}

export function SessionList({ current, onGone }: { current: string | null; onGone: (id: string) => void }) {
  return (
    <>
      <SearchBox />
      {trouble.value && (
        <p class="alert" role="alert">
          {trouble.value}
        </p>
      )}
      <nav class="sessions" aria-label="Conversations">
        {sessions.value.length === 0 && <Nothing />}
        {grouped(sessions.value, new Date()).map(group => (
          <section key={group.heading}>
            <h2>{group.heading}</h2>
            <ul>
              {group.sessions.map(session => (
                <li key={session.id}>
                  <SessionRow session={session} current={session.id === current} onGone={onGone} />
                </li>
              ))}
            </ul>
          </section>
        ))}
        {hasMore() && <MoreButton />}
        <button type="button" class="more" onClick={() => showArchive(!archive.value)}>
          <Icon name={archive.value ? 'left' : 'box'} size={15} />
          {archive.value ? 'Back to all conversations' : 'Archive'}
        </button>
      </nav>
    </>
  );
}

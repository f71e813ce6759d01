// Where counsellors work: who waits, the most urgent first, and the one that is looked at.

import { useEffect, useState } from 'preact/hooks';

import type { Escalation } from '@/core/care';

import { choose, chosen, closedOff, keepDesk, lost, more, queue, show, showMore, trouble, which, wrong } from './desk';
import { Looked } from './Looked';
import { since, stateOf } from './words';

const EVERY_MS = 30_000;

/** Now, and again from time to time, so that waiting times stay true. */
function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function Waits({ one, now }: { one: Escalation; now: number }) {
  const by = one.mine ? 'yours' : one.claimed_by ? `with ${one.claimed_by.name}` : stateOf(one);
  return (
    <li>
      <button
        type="button"
        class="waits"
        aria-current={chosen.value?.id === one.id ? 'true' : undefined}
        onClick={() => void choose(one.id)}
      >
        {one.level && (
          <span class="urgency" data-level={one.level}>
            {one.level}
          </span>
        )}
        <span class="about">
          {which.value === 'closed' ? (one.outcome ?? 'closed').replaceAll('_', ' ') : by}
          <span class="hint">
            {since(one.created_at, now)}
            {one.language && ` · ${one.language}`}
          </span>
        </span>
      </button>
    </li>
  );
}

function Queue() {
  const now = useNow();
  const waiting = queue.value ?? [];
  return (
    <nav class="queue" aria-label="Escalations">
      <div class="row" role="group" aria-label="Which ones">
        <button type="button" class="button" aria-pressed={which.value === 'open'} onClick={() => show('open')}>
          Open
        </button>
        <button type="button" class="button" aria-pressed={which.value === 'closed'} onClick={() => show('closed')}>
          Closed
        </button>
      </div>
      {trouble.value.map(says => (
        <p key={says} class="alert" role="alert">
          {says}
        </p>
      ))}
      <p class="visually-hidden" aria-live="polite">
        {queue.value && which.value === 'open' ? `${waiting.length} open` : ''}
      </p>
      {queue.value === null && <p class="hint">Looking…</p>}
      {queue.value?.length === 0 && (
        <p class="hint">{which.value === 'open' ? 'Nobody waits.' : 'Nothing was closed yet.'}</p>
      )}
      <ol class="entries">
        {waiting.map(one => (
          <Waits key={one.id} one={one} now={now} />
        ))}
      </ol>
      {more.value && (
        <button type="button" class="more" onClick={() => void showMore()}>
          Show more
        </button>
      )}
    </nav>
  );
}

export function Desk() {
  useEffect(keepDesk, []);
  const waiting = (queue.value ?? []).filter(one => !one.claimed_by && one.state !== 'closed').length;
  useEffect(() => {
    document.title = `${waiting ? `(${waiting}) ` : ''}Counsellor desk · Palaver`;
  }, [waiting]);
  if (closedOff.value) {
    return (
      <main class="door">
        <h1>Counsellor desk</h1>
        <p class="soft">This is for counsellors and administrators.</p>
        <a class="button" href="/">
          To your conversations
        </a>
      </main>
    );
  }
  return (
    <div class="desk">
      <a class="skip" href="#looked">
        Skip to the one that is open
      </a>
      <header class="bar">
        <h1>Counsellor desk</h1>
        <a class="button" href="/">
          Your conversations
        </a>
      </header>
      {lost.value && (
        <p class="alert" role="alert">
          Palaver cannot be reached. It is tried again by itself; what stands here may be old.
        </p>
      )}
      {wrong.value && (
        <p class="alert" role="alert">
          {wrong.value}
        </p>
      )}
      <Queue />
      <main class="looked" id="looked" tabIndex={-1}>
        {chosen.value ? (
          <Looked key={chosen.value.id} one={chosen.value} />
        ) : (
          <p class="soft">Choose who you look at.</p>
        )}
      </main>
    </div>
  );
}

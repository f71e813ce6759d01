// What became of the call for somebody from the team, for whom it is about, who may say that nobody is to come.

import { useState } from 'preact/hooks';

import { decline, readEscalation } from '@/core/care';
import { useLoaded } from '@/core/loaded';

function Whether({ id }: { id: string }) {
  const { found, trouble, absent, attempt } = useLoaded(() => readEscalation(id));
  if (absent) return <p>Nothing is known of it any more.</p>;
  return (
    <>
      {trouble && (
        <p class="alert" role="alert">
          {trouble}
        </p>
      )}
      <p aria-live="polite">{found?.says}</p>
      {found?.may_decline && (
        <button type="button" class="button alone" onClick={() => void attempt(() => decline(id))}>
          I want nobody to come
        </button>
      )}
    </>
  );
}

export function Called({ id }: { id: string }) {
  const [shown, setShown] = useState(false);
  return (
    <details onToggle={event => setShown(event.currentTarget.open)}>
      <summary>Somebody from the team</summary>
      {shown && <Whether id={id} />}
    </details>
  );
}

// What was written down of who changed what, for administrators: the newest first; it only reads.

import { useEffect, useState } from 'preact/hooks';

import { type AuditEntry, readAudit } from '@/core/administration';
import { wordsFor } from '@/core/request';
import { moment } from '@/kit/moment';
import { Panel } from '@/kit/Panel';

const detailOf = (one: AuditEntry) =>
  Object.entries(one.detail)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ');

export function AuditPanel({ onClose }: { onClose: () => void }) {
  const [entries, setEntries] = useState<readonly AuditEntry[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [kind, setKind] = useState('');
  const [trouble, setTrouble] = useState<string | null>(null);

  const look = async (cursor: string | null) => {
    setTrouble(null);
    try {
      const page = await readAudit(kind, cursor);
      setEntries(before => (cursor ? [...(before ?? []), ...page.items] : page.items));
      setNext(page.next_cursor);
    } catch (thrown) {
      setTrouble(wordsFor(thrown));
    }
  };
  useEffect(() => void look(null), [kind]);

  return (
    <Panel title="Audit log" onClose={onClose}>
      <p class="hint">Who changed who may do what. What people say is not in it.</p>
      {trouble && (
        <p class="alert" role="alert">
          {trouble}
        </p>
      )}
      <input
        type="search"
        aria-label="Kind of act"
        placeholder="Kind, such as auth or key.created"
        onChange={event => setKind(event.currentTarget.value.trim())}
      />
      {entries?.length === 0 && <p class="hint">There is nothing of this kind.</p>}
      <ol class="entries" aria-label="Entries">
        {(entries ?? []).map(one => (
          <li key={one.n} class="entry fact">
            <span class="about">
              {one.kind}
              <span class="hint">
                {[moment(one.at), one.actor_id, one.subject, one.address, detailOf(one)].filter(Boolean).join(' · ')}
              </span>
            </span>
          </li>
        ))}
      </ol>
      {next && (
        <button type="button" class="more" onClick={() => void look(next)}>
          Show more
        </button>
      )}
    </Panel>
  );
}

// The organisations and groups that a conversation is shared with; its owner shares it, and no more.

import { useEffect, useState } from 'preact/hooks';

import { type Group, listShared, listTeams, share, unshare } from '@/core/groups';
import { useLoaded } from '@/core/loaded';
import type { GivenRole } from '@/core/members';

const MAY: Record<GivenRole, string> = { viewer: 'May read', editor: 'May write' };

export function Groups({ sessionId }: { sessionId: string }) {
  const { found, trouble, absent, attempt } = useLoaded(() => listShared(sessionId));
  const [teams, setTeams] = useState<readonly Group[]>([]);
  useEffect(() => void listTeams().then(setTeams, () => {}), []);
  if (absent || !found || (teams.length === 0 && found.length === 0)) return null;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    void attempt(() => share(sessionId, String(fields.get('group')), String(fields.get('role')) as GivenRole));
  };
  return (
    <section class="part" aria-label="Groups">
      <h3>Share with a group</h3>
      {trouble && (
        <p class="alert" role="alert">
          {trouble}
        </p>
      )}
      {teams.length > 0 && (
        <form class="inviting" onSubmit={submit}>
          <select name="group" aria-label="Organisation or group">
            {teams.map(one => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
          <select name="role" aria-label="What those in it may do">
            {(Object.keys(MAY) as GivenRole[]).map(role => (
              <option key={role} value={role}>
                {MAY[role]}
              </option>
            ))}
          </select>
          <button class="button">Share</button>
        </form>
      )}
      <ul class="entries" aria-label="Groups that take part">
        {found.map(one => (
          <li key={one.id} class="entry fact">
            <span class="about">
              {one.name}
              <span class="hint">{MAY[one.role]}</span>
            </span>
            <button
              type="button"
              class="button"
              aria-label={`Stop sharing with ${one.name}`}
              onClick={() => void attempt(() => unshare(sessionId, one.id))}
            >
              Stop
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

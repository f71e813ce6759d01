// The users of this server, for administrators: found, given a role, turned away, invited, helped to a new password.

import { useEffect, useState } from 'preact/hooks';

import {
  changeUser,
  endSecondFactorOf,
  endSignIns,
  invite,
  listInvitations,
  listUsers,
  resetOf,
  revokeInvitation,
  type Role,
  ROLES,
  type User,
} from '@/core/administration';
import { useLoaded } from '@/core/loaded';
import { wordsFor } from '@/core/request';
import { Icon } from '@/kit/icons';
import { Menu } from '@/kit/Menu';
import { moment } from '@/kit/moment';
import { Panel } from '@/kit/Panel';
import { ShownOnce } from '@/kit/ShownOnce';

type Secret = { says: string; words: string };

function RoleChoice({ label, role, onChange }: { label: string; role: Role; onChange: (role: Role) => void }) {
  return (
    <select aria-label={label} value={role} onChange={event => onChange(event.currentTarget.value as Role)}>
      {ROLES.map(one => (
        <option key={one} value={one} selected={one === role}>
          {one}
        </option>
      ))}
    </select>
  );
}

const off = (user: User) => user.disabled_at !== null;

function Invitations({ onSecret }: { onSecret: (secret: Secret) => void }) {
  const { found, trouble, absent, attempt } = useLoaded(listInvitations);
  const [role, setRole] = useState<Role>('member');
  if (absent) return null;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const email = String(new FormData(form).get('email') ?? '').trim();
    void attempt(async () => {
      const made = await invite({ role, ...(email && { email }) });
      onSecret({ says: 'The link with which somebody makes an account here.', words: made.link });
      form.reset();
    });
  };
  return (
    <section class="part" aria-label="Invite somebody">
      <h3>Invite somebody</h3>
      {trouble && (
        <p class="alert" role="alert">
          {trouble}
        </p>
      )}
      <form class="fields" onSubmit={submit}>
        <label>
          Email, if only they may use it
          <input name="email" type="email" />
        </label>
        <div class="inviting">
          <RoleChoice label="Role of whoever comes" role={role} onChange={setRole} />
          <button class="button">
            <Icon name="plus" size={16} />
            Make a link
          </button>
        </div>
      </form>
      <ul class="entries" aria-label="Invitations that hold">
        {(found ?? []).map(one => (
          <li key={one.id} class="entry fact">
            <span class="about">
              {one.email ?? 'Whoever has the link'}, {one.role}
              <span class="hint">until {moment(one.expires_at)}</span>
            </span>
            <button type="button" class="button" onClick={() => void attempt(() => revokeInvitation(one.id))}>
              Revoke
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function UsersPanel({ me, onClose }: { me: string; onClose: () => void }) {
  const [users, setUsers] = useState<readonly User[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [wanted, setWanted] = useState('');
  const [trouble, setTrouble] = useState<string | null>(null);
  const [secret, setSecret] = useState<Secret | null>(null);

  const attempt = (deed: () => Promise<void>) => {
    setTrouble(null);
    deed().catch((thrown: unknown) => setTrouble(wordsFor(thrown)));
  };
  const put = (now: User) => setUsers(before => (before ?? []).map(one => (one.id === now.id ? now : one)));
  const look = (q: string, cursor: string | null) =>
    attempt(async () => {
      const page = await listUsers(q, cursor);
      setUsers(before => (cursor ? [...(before ?? []), ...page.items] : page.items));
      setNext(page.next_cursor);
    });
  const change = (user: User, by: { role?: Role; disabled?: boolean }) =>
    attempt(async () => put(await changeUser(user.id, by)));
  useEffect(() => look(wanted, null), [wanted]);

  return (
    <Panel title="Users" onClose={onClose}>
      {trouble && (
        <p class="alert" role="alert">
          {trouble}
        </p>
      )}
      {secret && <ShownOnce {...secret} onKept={() => setSecret(null)} />}
      <input
        type="search"
        aria-label="Search users"
        placeholder="Search users"
        onChange={event => setWanted(event.currentTarget.value.trim())}
      />
      <ul class="entries" aria-label="Users">
        {(users ?? []).map(user => (
          <li key={user.id} class="entry fact">
            <span class="about">
              {user.email ?? user.name ?? user.id}
              {user.id === me && <span class="soft"> (you)</span>}
              {off(user) && <span class="hint">Disabled</span>}
            </span>
            {user.id !== me && (
              <>
                <RoleChoice
                  label={`Role of ${user.email ?? user.id}`}
                  role={user.role}
                  onChange={role => change(user, { role })}
                />
                <Menu
                  label={`Actions for ${user.email ?? user.id}`}
                  choices={[
                    {
                      icon: 'again',
                      says: 'Link for a new password',
                      act: () =>
                        attempt(async () => {
                          const made = await resetOf(user.id);
                          setSecret({ says: `A new password for ${user.email ?? user.id}.`, words: made.link });
                        }),
                    },
                    { icon: 'leave', says: 'Sign out everywhere', act: () => attempt(() => endSignIns(user.id)) },
                    ...(user.second_factor
                      ? [
                          {
                            icon: 'key' as const,
                            says: 'Turn off the second factor',
                            act: () =>
                              attempt(async () => {
                                await endSecondFactorOf(user.id);
                                put({ ...user, second_factor: false });
                              }),
                          },
                        ]
                      : []),
                    {
                      icon: off(user) ? 'check' : 'stop',
                      says: off(user) ? 'Enable' : 'Disable',
                      grave: !off(user),
                      act: () => change(user, { disabled: !off(user) }),
                    },
                  ]}
                />
              </>
            )}
          </li>
        ))}
      </ul>
      {next && (
        <button type="button" class="more" onClick={() => look(wanted, next)}>
          Show more
        </button>
      )}
      <Invitations onSecret={setSecret} />
    </Panel>
  );
}

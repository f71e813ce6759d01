// Who takes part in a conversation; its owner invites people here, says what they may do, and removes them.

import { useEffect, useRef, useState } from 'preact/hooks';

import type { GivenRole, Invitation, Member } from '@/core/members';
import { copyText } from '@/kit/clipboard';
import { Confirm } from '@/kit/Confirm';
import { Icon } from '@/kit/icons';
import { Panel } from '@/kit/Panel';

import { Groups } from './Groups';
import { giveRole, invitations, invite, loadMembers, members, remove, revoke, roleOf, trouble } from './members';

interface Props {
  sessionId: string;
  /** The id of whoever looks at it. */
  me: string;
  onLeft: () => void;
  onClose: () => void;
}

const MAY: Record<GivenRole, string> = { viewer: 'May read', editor: 'May write' };
const HOLDS = [
  { hours: 24, says: 'For a day' },
  { hours: 72, says: 'For three days' },
  { hours: 24 * 14, says: 'For two weeks' },
];
const USES = [1, 5, 25];
const people = (count: number) => (count === 1 ? 'One person' : `${count} people`);

function RoleChoice({
  label,
  role,
  onChange,
}: {
  label: string;
  role: GivenRole;
  onChange: (role: GivenRole) => void;
}) {
  return (
    <select aria-label={label} value={role} onChange={event => onChange(event.currentTarget.value as GivenRole)}>
      {(Object.keys(MAY) as GivenRole[]).map(one => (
        <option key={one} value={one} selected={one === role}>
          {MAY[one]}
        </option>
      ))}
    </select>
  );
}

interface RowProps {
  member: Member;
  mine: boolean;
  owns: boolean;
  onRole: (role: GivenRole) => void;
  onGo: () => void;
}

function Row({ member, mine, owns, onRole, onGo }: RowProps) {
  return (
    <li class="entry fact">
      <span class="about">
        {member.name}
        {mine && <span class="soft"> (you)</span>}
        {member.role === 'owner' && <span class="hint">Owner</span>}
        {member.role !== 'owner' && !owns && <span class="hint">{MAY[member.role]}</span>}
      </span>
      {member.role !== 'owner' && owns && (
        <RoleChoice label={`What ${member.name} may do`} role={member.role} onChange={onRole} />
      )}
      {member.role !== 'owner' && owns && (
        <button type="button" class="quiet" aria-label={`Remove ${member.name}`} onClick={onGo}>
          <Icon name="bin" size={16} />
        </button>
      )}
      {mine && member.role !== 'owner' && (
        <button type="button" class="button" onClick={onGo}>
          Leave
        </button>
      )}
    </li>
  );
}

function NewLink({ link }: { link: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [link]);
  return (
    <div class="fields" role="group" aria-label="The link">
      <label>
        Give this link to whom you invite. It is shown only now.
        <input ref={field} type="text" readOnly value={link} />
      </label>
      <div class="row spread">
        <span class="hint" role="status">
          {copied && 'Copied.'}
        </span>
        <button type="button" class="button" onClick={() => void copyText(link).then(setCopied)}>
          <Icon name="copy" size={16} />
          Copy
        </button>
      </div>
    </div>
  );
}

function Invite({ sessionId }: { sessionId: string }) {
  const [role, setRole] = useState<GivenRole>('viewer');
  const [hours, setHours] = useState(72);
  const [uses, setUses] = useState(1);
  const [link, setLink] = useState<string | null>(null);
  return (
    <form
      class="fields"
      onSubmit={event => {
        event.preventDefault();
        void invite(sessionId, { role, expires_in_hours: hours, uses }).then(setLink);
      }}
    >
      <h3>Invite by a link</h3>
      <div class="inviting">
        <RoleChoice label="What they may do" role={role} onChange={setRole} />
        <select aria-label="How long it holds" onChange={event => setHours(Number(event.currentTarget.value))}>
          {HOLDS.map(one => (
            <option key={one.hours} value={one.hours} selected={one.hours === hours}>
              {one.says}
            </option>
          ))}
        </select>
        <select aria-label="For how many" onChange={event => setUses(Number(event.currentTarget.value))}>
          {USES.map(one => (
            <option key={one} value={one} selected={one === uses}>
              {people(one)}
            </option>
          ))}
        </select>
      </div>
      <button class="button alone">
        <Icon name="plus" size={16} />
        Make a link
      </button>
      {link && <NewLink key={link} link={link} />}
    </form>
  );
}

function Held({ one, onRevoke }: { one: Invitation; onRevoke: () => void }) {
  const until = new Date(one.expires_at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <li class="entry fact">
      <span class="about">
        {people(one.uses_left)}, {MAY[one.role].toLowerCase()}
        <span class="hint">until {until}</span>
      </span>
      <button type="button" class="button" onClick={onRevoke}>
        Revoke
      </button>
    </li>
  );
}

export function PeoplePanel({ sessionId, me, onLeft, onClose }: Props) {
  const [going, setGoing] = useState<Member | null>(null);
  useEffect(() => void loadMembers(sessionId, me), [sessionId, me]);
  const all = members.value;
  const owns = roleOf(all, me) === 'owner';
  const go = async (member: Member) => {
    setGoing(null);
    if ((await remove(sessionId, member.user_id)) && member.user_id === me) onLeft();
  };
  return (
    <Panel title="People" onClose={onClose}>
      {trouble.value && (
        <p class="alert" role="alert">
          {trouble.value}
        </p>
      )}
      {!all && !trouble.value && <p class="hint">Looking…</p>}
      {all && (
        <ul class="entries" aria-label="Who takes part">
          {all.map(member => (
            <Row
              key={member.user_id}
              member={member}
              mine={member.user_id === me}
              owns={owns}
              onRole={role => void giveRole(sessionId, member.user_id, role)}
              onGo={() => setGoing(member)}
            />
          ))}
        </ul>
      )}
      {owns && <Invite sessionId={sessionId} />}
      {owns && <Groups sessionId={sessionId} />}
      {owns && invitations.value.length > 0 && (
        <>
          <h3>Invitations that hold</h3>
          <ul class="entries" aria-label="Invitations that hold">
            {invitations.value.map(one => (
              <Held key={one.id} one={one} onRevoke={() => void revoke(sessionId, one.id)} />
            ))}
          </ul>
        </>
      )}
      {going && (
        <Confirm
          title={going.user_id === me ? 'Leave this conversation?' : `Remove ${going.name}?`}
          says={
            going.user_id === me
              ? 'You will not see it any more. What you wrote stays.'
              : 'They will not see it any more, from now on. What they wrote stays.'
          }
          yes={going.user_id === me ? 'Leave' : 'Remove'}
          onNo={() => setGoing(null)}
          onYes={() => void go(going)}
        />
      )}
    </Panel>
  );
}

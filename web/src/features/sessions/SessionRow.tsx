// One session in the list: a link, and what can be done with it.

import { useState } from 'preact/hooks';

import type { Session } from '@/core/messages';
import { Confirm } from '@/kit/Confirm';
import { Menu, type Choice } from '@/kit/Menu';

import { change, remove } from './list';

interface Props {
  session: Session;
  current: boolean;
  onGone: (id: string) => void;
}

const LONGEST_TITLE = 200;

export const titleOf = (session: Session): string => session.title || 'New chat';

function Rename({ session, onEnd }: { session: Session; onEnd: () => void }) {
  const save = (title: string) => {
    if (title.trim() && title.trim() !== session.title) void change(session.id, { title: title.trim() });
    onEnd();
  };
  return (
    <input
      class="rename"
      aria-label="New title"
      maxLength={LONGEST_TITLE}
      defaultValue={titleOf(session)}
      ref={input => input?.focus()}
      onFocus={event => event.currentTarget.select()}
      onBlur={event => save(event.currentTarget.value)}
      onKeyDown={event => {
        if (event.key === 'Enter') save(event.currentTarget.value);
        if (event.key === 'Escape') onEnd();
        event.stopPropagation();
      }}
    />
  );
}

export function SessionRow({ session, current, onGone }: Props) {
  const [renaming, setRenaming] = useState(false);
  const [deleting, setDeleting] = useState(false);
  if (renaming) return <Rename session={session} onEnd={() => setRenaming(false)} />;

  const owns = session.role === undefined || session.role === 'owner';
  const all: Choice[] = [
    { icon: 'pen', says: 'Rename', act: () => setRenaming(true) },
    {
      icon: 'pin',
      says: session.pinned ? 'Unpin' : 'Pin',
      act: () => void change(session.id, { pinned: !session.pinned }),
    },
    {
      icon: 'box',
      says: session.archived ? 'Bring back' : 'Archive',
      act: () => void change(session.id, { archived: !session.archived }),
    },
    { icon: 'bin', says: 'Delete', grave: true, act: () => setDeleting(true) },
  ];
  // What others own is theirs to pin and to delete; who takes part without writing changes nothing.
  const choices = owns ? all : session.role === 'editor' ? all.slice(0, 1) : [];

  const erase = async () => {
    setDeleting(false);
    if (await remove(session.id)) onGone(session.id);
  };

  return (
    <div class={current ? 'session current' : 'session'}>
      <a href={`/c/${session.id}`} aria-current={current ? 'page' : undefined} title={titleOf(session)}>
        {titleOf(session)}
      </a>
      {choices.length > 0 && <Menu label={`Actions for ${titleOf(session)}`} choices={choices} />}
      {deleting && (
        <Confirm
          title="Delete this conversation?"
          says={`“${titleOf(session)}” and everything in it will be gone for good.`}
          yes="Delete"
          onYes={() => void erase()}
          onNo={() => setDeleting(false)}
        />
      )}
    </div>
  );
}

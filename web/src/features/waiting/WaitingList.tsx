// The number of what waits for this person, and the list behind it, with links to where it is answered.

import { useState } from 'preact/hooks';

import type { Waiting } from '@/core/acting';
import { Icon } from '@/kit/icons';
import { Panel } from '@/kit/Panel';

import { refreshWaiting, waiting } from './waiting';

function about(one: Waiting): string {
  if (one.kind === 'question') return one.questions?.[0]?.question ?? 'A question';
  const telling = Object.values(one.arguments ?? {}).find(value => typeof value === 'string');
  return telling ? `${one.name}: ${telling}` : one.name;
}

function Item({ one, onGo }: { one: Waiting; onGo: () => void }) {
  return (
    <li>
      <a href={`/c/${one.session_id}`} onClick={onGo}>
        <span class="what">{one.session_title || 'New chat'}</span>
        <span class="hint">{about(one)}</span>
      </a>
    </li>
  );
}

export function WaitingBadge() {
  const [shown, setShown] = useState(false);
  const count = waiting.value.length;
  const close = () => setShown(false);
  if (count === 0 && !shown) return null;
  return (
    <>
      <button
        type="button"
        class="quiet badge"
        aria-haspopup="dialog"
        aria-label={`Waiting for you: ${count}`}
        title="Waiting for you"
        onClick={() => {
          setShown(true);
          void refreshWaiting();
        }}
      >
        <Icon name="bell" />
        <span aria-hidden="true">{count}</span>
      </button>
      {shown && (
        <Panel title="Waiting for you" onClose={close}>
          {count === 0 && <p class="hint">Nothing waits for you.</p>}
          <ul class="waiting-list">
            {waiting.value.map(one => (
              <Item key={`${one.run_id}.${one.call_id}`} one={one} onGo={close} />
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

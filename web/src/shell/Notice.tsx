// A line at the top of the page: not connected, and tried again by itself.

import { Icon } from '@/kit/icons';

export function Disconnected({ onNow }: { onNow: () => void }) {
  return (
    <div class="disconnected" role="status">
      <Icon name="again" size={15} />
      <span>{navigator.onLine ? 'The connection is lost. Trying again…' : 'You are offline.'}</span>
      <button type="button" class="link" onClick={onNow}>
        Try now
      </button>
    </div>
  );
}

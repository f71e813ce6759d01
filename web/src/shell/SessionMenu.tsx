// What can be done with the conversation that is open, besides talking: its context, and taking it away.

import { takeSession } from '@/features/sessions/taking';
import { Menu } from '@/kit/Menu';

import { contextShown } from './Chat';

export function SessionMenu({ sessionId }: { sessionId: string }) {
  return (
    <Menu
      label="More about this conversation"
      choices={[
        { icon: 'gauge', says: 'Context', act: () => (contextShown.value = '') },
        { icon: 'out', says: 'Export as JSON', act: () => takeSession(sessionId, 'json') },
        { icon: 'out', says: 'Export as Markdown', act: () => takeSession(sessionId, 'markdown') },
      ]}
    />
  );
}

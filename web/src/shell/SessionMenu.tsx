// What can be done with the conversation that is open, besides talking: its context, and taking it away.

import { useState } from 'preact/hooks';

import { ProjectOf } from '@/features/projects/ProjectOf';
import { takeSession } from '@/features/sessions/taking';
import { Menu } from '@/kit/Menu';

import { contextShown } from './Chat';

export function SessionMenu({ sessionId }: { sessionId: string }) {
  const [project, setProject] = useState(false);
  return (
    <>
      <Menu
        label="More about this conversation"
        choices={[
          { icon: 'gauge', says: 'Context', act: () => (contextShown.value = '') },
          { icon: 'folder', says: 'Project', act: () => setProject(true) },
          { icon: 'out', says: 'Export with its files', act: () => takeSession(sessionId, 'zip') },
          { icon: 'out', says: 'Export as JSON', act: () => takeSession(sessionId, 'json') },
          { icon: 'out', says: 'Export as Markdown', act: () => takeSession(sessionId, 'markdown') },
        ]}
      />
      {project && <ProjectOf key={sessionId} sessionId={sessionId} onClose={() => setProject(false)} />}
    </>
  );
}

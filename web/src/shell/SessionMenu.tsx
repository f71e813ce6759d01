// What can be done with the conversation that is open, besides talking: its context, and taking it away.

import { useState } from 'preact/hooks';

import { CarePanel } from '@/features/care/CarePanel';
import { person } from '@/features/identity/who';
import { LinksPanel } from '@/features/members/LinksPanel';
import { PeoplePanel } from '@/features/members/PeoplePanel';
import { ProjectOf } from '@/features/projects/ProjectOf';
import { refresh } from '@/features/sessions/list';
import { takeSession } from '@/features/sessions/taking';
import { Menu } from '@/kit/Menu';

import { contextShown } from './Chat';
import { go } from './place';

export function SessionMenu({ sessionId }: { sessionId: string }) {
  const [care, setCare] = useState(false);
  const [project, setProject] = useState(false);
  const [people, setPeople] = useState(false);
  const [links, setLinks] = useState(false);
  const leave = () => {
    go('/');
    void refresh();
  };
  return (
    <>
      <Menu
        label="More about this conversation"
        choices={[
          { icon: 'gauge', says: 'Context', act: () => (contextShown.value = '') },
          { icon: 'people', says: 'People', act: () => setPeople(true) },
          { icon: 'out', says: 'Share by a link', act: () => setLinks(true) },
          { icon: 'heart', says: 'Care', act: () => setCare(true) },
          { icon: 'folder', says: 'Project', act: () => setProject(true) },
          { icon: 'out', says: 'Export with its files', act: () => takeSession(sessionId, 'zip') },
          { icon: 'out', says: 'Export as JSON', act: () => takeSession(sessionId, 'json') },
          { icon: 'out', says: 'Export as Markdown', act: () => takeSession(sessionId, 'markdown') },
        ]}
      />
      {people && person.value && (
        <PeoplePanel
          key={sessionId}
          sessionId={sessionId}
          me={person.value.id}
          onLeft={leave}
          onClose={() => setPeople(false)}
        />
      )}
      {links && <LinksPanel key={sessionId} sessionId={sessionId} onClose={() => setLinks(false)} />}
      {care && <CarePanel key={sessionId} sessionId={sessionId} onClose={() => setCare(false)} />}
      {project && <ProjectOf key={sessionId} sessionId={sessionId} onClose={() => setProject(false)} />}
    </>
  );
}

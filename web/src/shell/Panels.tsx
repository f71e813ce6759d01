// The panels that belong to no conversation, one at a time.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { AccountPanel } from '@/features/account/AccountPanel';
import { AuditPanel } from '@/features/administration/AuditPanel';
import { UsersPanel } from '@/features/administration/UsersPanel';
import { person } from '@/features/identity/who';
import { MemoryPanel } from '@/features/memory/MemoryPanel';
import { ProjectsPanel } from '@/features/projects/ProjectsPanel';
import { ImportPanel } from '@/features/sessions/ImportPanel';
import { WebhooksPanel } from '@/features/webhooks/WebhooksPanel';

import { place } from './place';

export type PanelName = 'account' | 'audit' | 'users' | 'import' | 'memory' | 'projects' | 'webhooks';

export const panel = signal<PanelName | null>(null);

const close = () => {
  panel.value = null;
};

export function Panels() {
  // Who went to a conversation from a panel is done with it.
  useEffect(close, [place.value]);
  switch (panel.value) {
    case 'account':
      return <AccountPanel email={person.value?.email ?? null} onClose={close} />;
    case 'audit':
      return <AuditPanel onClose={close} />;
    case 'users':
      return <UsersPanel me={person.value?.id ?? ''} onClose={close} />;
    case 'import':
      return <ImportPanel onClose={close} />;
    case 'memory':
      return <MemoryPanel onClose={close} />;
    case 'projects':
      return <ProjectsPanel onClose={close} />;
    case 'webhooks':
      return <WebhooksPanel onClose={close} />;
    case null:
      return null;
  }
}

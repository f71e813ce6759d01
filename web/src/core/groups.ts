// The endpoints of organisations and groups, as far as conversations are shared with them; nothing is cached here.

import type { GivenRole } from './members';
import type { Page } from './messages';
import { ask } from './request';

export interface Group {
  id: string;
  name: string;
}

/** One that a conversation is shared with: whoever belongs to it takes part. */
export interface SharedWith extends Group {
  kind: string;
  role: GivenRole;
}

const at = (sessionId: string, rest = '') => `/sessions/${sessionId}/shared-with${rest}`;
const page = async <One>(path: string) => (await ask<Page<One>>(path)).items;

/** Those that this person belongs to. */
export const listTeams = async (): Promise<Group[]> =>
  (await Promise.all([page<Group>('/organisations'), page<Group>('/groups')])).flat();
export const listShared = (sessionId: string) => page<SharedWith>(at(sessionId));
export const share = (sessionId: string, id: string, role: GivenRole) =>
  ask<SharedWith>(at(sessionId, `/${id}`), { method: 'PUT', body: { role } });
export const unshare = (sessionId: string, id: string) => ask<void>(at(sessionId, `/${id}`), { method: 'DELETE' });

// The endpoints of who takes part in a conversation; nothing is cached here.

import type { Page, Session } from './messages';
import { ask } from './request';

/** The roles that can be given to somebody. */
export type GivenRole = 'editor' | 'viewer';
export type MemberRole = 'owner' | GivenRole;

export interface Member {
  user_id: string;
  name: string;
  role: MemberRole;
  /** null: the owner, who began it. */
  joined_at: string | null;
}

export interface Invitation {
  id: string;
  role: GivenRole;
  expires_at: string;
  uses_left: number;
}

/** One that was just made: its link is in this answer only. */
export interface NewInvitation extends Invitation {
  link: string;
}

export interface InvitationWish {
  role: GivenRole;
  expires_in_hours: number;
  uses: number;
}

export const listMembers = async (sessionId: string) =>
  (await ask<Page<Member>>(`/sessions/${sessionId}/members`)).items;
export const giveRole = (sessionId: string, userId: string, role: GivenRole) =>
  ask<Member>(`/sessions/${sessionId}/members`, { method: 'POST', body: { user_id: userId, role } });
export const removeMember = (sessionId: string, userId: string) =>
  ask<void>(`/sessions/${sessionId}/members`, { method: 'DELETE', query: { user_id: userId } });

export const listInvitations = async (sessionId: string) =>
  (await ask<Page<Invitation>>(`/sessions/${sessionId}/invitations`)).items;
export const invite = (sessionId: string, wish: InvitationWish) =>
  ask<NewInvitation>(`/sessions/${sessionId}/invitations`, { method: 'POST', body: wish });
export const revokeInvitation = (sessionId: string, id: string) =>
  ask<void>(`/sessions/${sessionId}/invitations/${id}`, { method: 'DELETE' });
export const acceptInvitation = (token: string) =>
  ask<Session>('/invitations/accept', { method: 'POST', body: { token } });

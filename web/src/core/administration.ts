// The endpoints for administrators: users, invitations to the house, and the audit log; nothing is cached here.

import type { Page } from './messages';
import { ask } from './request';

export const ROLES = ['admin', 'counsellor', 'member', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

export interface User {
  id: string;
  email: string | null;
  name: string | null;
  role: Role;
  second_factor: boolean;
  disabled_at: string | null;
}

export interface HouseInvitation {
  id: string;
  email: string | null;
  role: Role;
  expires_at: string;
  used_at: string | null;
}

export interface AuditEntry {
  n: number;
  at: string;
  kind: string;
  actor_id: string | null;
  subject: string | null;
  address: string | null;
  detail: Record<string, string>;
}

export const listUsers = (q: string, cursor: string | null) => ask<Page<User>>('/users', { query: { q, cursor } });
export const changeUser = (id: string, by: { role?: Role; disabled?: boolean }) =>
  ask<User>(`/users/${id}`, { method: 'PATCH', body: by });
export const resetOf = (id: string) =>
  ask<{ link: string; expires_at: string }>(`/users/${id}/password-reset`, { method: 'POST' });
export const endSignIns = (id: string) => ask<void>(`/users/${id}/sign-ins`, { method: 'DELETE' });
export const endSecondFactorOf = (id: string) => ask<void>(`/users/${id}/second-factor`, { method: 'DELETE' });

/** Those that hold. */
export const listInvitations = async () =>
  (await ask<Page<HouseInvitation>>('/users/invitations')).items.filter(one => one.used_at === null);
export const invite = (wish: { email?: string; role: Role }) =>
  ask<HouseInvitation & { link: string }>('/users/invitations', { method: 'POST', body: wish });
export const revokeInvitation = (id: string) => ask<void>(`/users/invitations/${id}`, { method: 'DELETE' });

export const readAudit = (kind: string, cursor: string | null) =>
  ask<Page<AuditEntry>>('/audit', { query: { kind, cursor, limit: 50 } });

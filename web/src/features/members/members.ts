// Who takes part in the conversation whose panel is open, and what its owner does about that.

import { signal } from '@preact/signals';

import * as api from '@/core/members';
import { wordsFor } from '@/core/request';

/** null: not asked yet. */
export const members = signal<readonly api.Member[] | null>(null);
/** Those that hold; only owners are told. */
export const invitations = signal<readonly api.Invitation[]>([]);
export const trouble = signal<string | null>(null);

async function attempt<Result>(deed: () => Promise<Result>): Promise<Result | null> {
  trouble.value = null;
  try {
    return await deed();
  } catch (thrown) {
    trouble.value = wordsFor(thrown);
    return null;
  }
}

export const roleOf = (all: readonly api.Member[] | null, userId: string): api.MemberRole | null =>
  all?.find(one => one.user_id === userId)?.role ?? null;

export const loadMembers = (sessionId: string, me: string) =>
  attempt(async () => {
    members.value = null;
    invitations.value = [];
    members.value = await api.listMembers(sessionId);
    if (roleOf(members.value, me) === 'owner') invitations.value = await api.listInvitations(sessionId);
  });

export const giveRole = (sessionId: string, userId: string, role: api.GivenRole) =>
  attempt(async () => {
    const changed = await api.giveRole(sessionId, userId, role);
    members.value = (members.peek() ?? []).map(one => (one.user_id === userId ? changed : one));
  });

/** True where they take part no more. */
export const remove = async (sessionId: string, userId: string) =>
  (await attempt(async () => {
    await api.removeMember(sessionId, userId);
    members.value = (members.peek() ?? []).filter(one => one.user_id !== userId);
    return true;
  })) ?? false;

/** The whole address of a new invitation, or null where there is none. */
export const invite = (sessionId: string, wish: api.InvitationWish) =>
  attempt(async () => {
    const { link, ...made } = await api.invite(sessionId, wish);
    invitations.value = [...invitations.peek(), made];
    return location.origin + link;
  });

export const revoke = (sessionId: string, id: string) =>
  attempt(async () => {
    await api.revokeInvitation(sessionId, id);
    invitations.value = invitations.peek().filter(one => one.id !== id);
  });

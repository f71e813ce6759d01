// The endpoints of links under which a conversation can be read without an account; nothing is cached here.

import { ask } from './request';

export interface ShareLink {
  id: string;
  authors: boolean;
  tools: boolean;
  reasoning: boolean;
  created_at: string;
  expires_at: string;
}

export interface LinkWish {
  expires_at: string;
  authors: boolean;
  tools: boolean;
  reasoning: boolean;
}

const at = (sessionId: string, rest = '') => `/sessions/${sessionId}/share-links${rest}`;

export const listLinks = async (sessionId: string) => (await ask<{ items: ShareLink[] }>(at(sessionId))).items;
/** The link itself is in this answer only. */
export const makeLink = (sessionId: string, wish: LinkWish) =>
  ask<ShareLink & { link: string }>(at(sessionId), { method: 'POST', body: wish });
export const endLink = (sessionId: string, id: string) => ask<void>(at(sessionId, `/${id}`), { method: 'DELETE' });

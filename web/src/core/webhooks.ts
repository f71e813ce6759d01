// The endpoints of webhooks and of what they are told; nothing is cached here.

import type { Page } from './messages';
import { ask } from './request';

/** What can be told; `*` is all of it. */
export const EVENTS = [
  'session.created',
  'session.title_changed',
  'session.compacted',
  'session.deleted',
  'message.created',
  'run.started',
  'run.waiting',
  'run.finished',
  'run.failed',
  'approval.requested',
  'question.requested',
  'webhook.disabled',
] as const;

/** `notice` says why it was disabled; `failing_since` and `next_try_at` are there while it fails. */
export interface Webhook {
  id: string;
  url: string;
  events: readonly string[];
  enabled: boolean;
  notice: { message: string } | null;
  waiting: number;
  failing_since: string | null;
  next_try_at: string | null;
}

export interface Try {
  at: string;
  status: number | null;
  error: string | null;
}

export interface Delivery {
  id: string;
  event: string;
  state: 'waiting' | 'delivered' | 'failed' | 'skipped';
  tries: number;
  last: Try | null;
  created_at: string;
}

export type WebhookChange = Partial<Pick<Webhook, 'url' | 'events' | 'enabled'>>;
type WithSecret = Webhook & { secret: string };

const DELIVERIES_SHOWN = 20;
const at = (id: string, rest = '') => `/webhooks/${id}${rest}`;

export const listWebhooks = async () => (await ask<{ items: Webhook[] }>('/webhooks')).items;
export const readWebhook = (id: string) => ask<Webhook>(at(id));
export const createWebhook = (wish: WebhookChange) => ask<WithSecret>('/webhooks', { method: 'POST', body: wish });
export const changeWebhook = (id: string, by: WebhookChange) => ask<Webhook>(at(id), { method: 'PATCH', body: by });
export const deleteWebhook = (id: string) => ask<void>(at(id), { method: 'DELETE' });
export const rotateSecret = (id: string) => ask<WithSecret>(at(id, '/rotate'), { method: 'POST' });
export const testWebhook = (id: string) => ask<Delivery>(at(id, '/test'), { method: 'POST' });

/** The newest of what it was told and is to be told. */
export const deliveriesOf = async (id: string) =>
  (await ask<Page<Delivery>>(at(id, '/deliveries'), { query: { limit: DELIVERIES_SHOWN } })).items;
export const replayDelivery = (id: string, delivery: string) =>
  ask<Delivery>(at(id, `/deliveries/${delivery}/replay`), { method: 'POST' });
export const skipDelivery = (id: string, delivery: string) =>
  ask<Delivery>(at(id, `/deliveries/${delivery}/skip`), { method: 'POST' });

// The webhooks of this person as this page knows them, and what is done with them.

import { signal } from '@preact/signals';

import { wordsFor } from '@/core/request';
import * as api from '@/core/webhooks';

/** null: not asked yet. */
export const webhooks = signal<readonly api.Webhook[] | null>(null);
export const trouble = signal<string | null>(null);
/** A secret that was just made: it is told this once. */
export const secret = signal<{ url: string; words: string } | null>(null);

/** Does it; true where it was done, else `trouble` says why not. */
async function attempt(deed: () => Promise<void>): Promise<boolean> {
  trouble.value = null;
  try {
    await deed();
    return true;
  } catch (thrown) {
    trouble.value = wordsFor(thrown);
    return false;
  }
}

const known = () => webhooks.peek() ?? [];
const put = (changed: api.Webhook) => {
  webhooks.value = known().map(one => (one.id === changed.id ? changed : one));
};

export const loadWebhooks = () => attempt(async () => void (webhooks.value = await api.listWebhooks()));

export const create = (wish: api.WebhookChange) =>
  attempt(async () => {
    const { secret: words, ...made } = await api.createWebhook(wish);
    webhooks.value = [...known(), made];
    secret.value = { url: made.url, words };
  });

export const change = (id: string, by: api.WebhookChange) => attempt(async () => put(await api.changeWebhook(id, by)));

export const rotate = (id: string) =>
  attempt(async () => {
    const { secret: words, ...changed } = await api.rotateSecret(id);
    put(changed);
    secret.value = { url: changed.url, words };
  });

export const remove = (id: string) =>
  attempt(async () => {
    await api.deleteWebhook(id);
    webhooks.value = known().filter(one => one.id !== id);
  });

/** How one fares now, and the newest of its log. */
export async function look(id: string): Promise<readonly api.Delivery[]> {
  const [fares, log] = await Promise.all([api.readWebhook(id), api.deliveriesOf(id)]);
  put(fares);
  return log;
}

/** Sends a test; what came of it, where it could be sent. */
export async function test(id: string): Promise<api.Delivery | null> {
  let tried: api.Delivery | null = null;
  await attempt(async () => void (tried = await api.testWebhook(id)));
  return tried;
}

/** Does it to one of what it was told, or is to be told. */
export const tend = (deed: Promise<unknown>) => attempt(async () => void (await deed));

// Which models there are, and which one this person chose last in this browser.

import { computed, signal } from '@preact/signals';

import { listModels, type Model } from '@/core/calls';
import { recall, remember } from '@/kit/remembered';

const CHOSEN = 'model';

export const models = signal<Model[]>([]);
const wish = signal(recall(CHOSEN));

/** The wished model if it is still there, else the first that can answer; undefined leaves the choice to the server. */
export const chosen = computed<string | undefined>(() => {
  const ready = models.value.filter(model => model.ready);
  return (ready.find(model => model.id === wish.value) ?? ready[0])?.id;
});

export function choose(id: string): void {
  wish.value = id;
  remember(CHOSEN, id);
}

export async function loadModels(): Promise<void> {
  models.value = (await listModels()).items;
}

/** What to call a model: its own name, or its id where the list does not know it. */
export function nameOf(id: string | null): string {
  return models.value.find(model => model.id === id)?.name || id || 'Model';
}

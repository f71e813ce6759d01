// The projects of this person as this page knows them, and what is done with them.

import { signal } from '@preact/signals';

import * as api from '@/core/projects';
import { wordsFor } from '@/core/request';

/** null: not asked yet. */
export const projects = signal<readonly api.Project[] | null>(null);
export const trouble = signal<string | null>(null);

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

const known = () => projects.peek() ?? [];

export const loadProjects = () => attempt(async () => void (projects.value = await api.listProjects()));

export const create = (wish: api.ProjectChange) =>
  attempt(async () => {
    const made = await api.createProject(wish);
    projects.value = [made, ...known()];
  });

export const change = (id: string, by: api.ProjectChange) =>
  attempt(async () => {
    const changed = await api.changeProject(id, by);
    projects.value = known().map(one => (one.id === id ? changed : one));
  });

export const remove = (id: string) =>
  attempt(async () => {
    await api.deleteProject(id);
    projects.value = known().filter(one => one.id !== id);
  });

export const putIn = (sessionId: string, projectId: string | null) =>
  attempt(async () => void (await api.putInProject(sessionId, projectId)));

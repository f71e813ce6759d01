// The endpoints of projects; nothing is cached here.

import type { Page, Session } from './messages';
import { ask } from './request';

/** Sessions of one purpose; `instructions` are told to the model in each of them. */
export interface Project {
  id: string;
  name: string;
  instructions: string | null;
}

export type ProjectChange = Pick<Project, 'name' | 'instructions'>;

const PROJECTS_A_PAGE = 200;
const SESSIONS_SHOWN = 20;

/** All of them: one chooses among them. */
export async function listProjects(): Promise<Project[]> {
  const projects: Project[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Project> = await ask<Page<Project>>('/projects', { query: { cursor, limit: PROJECTS_A_PAGE } });
    projects.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return projects;
}

export const createProject = (wish: ProjectChange) => ask<Project>('/projects', { method: 'POST', body: wish });
export const changeProject = (id: string, by: ProjectChange) =>
  ask<Project>(`/projects/${id}`, { method: 'PATCH', body: by });
export const deleteProject = (id: string) => ask<void>(`/projects/${id}`, { method: 'DELETE' });

/** Its sessions, as many as one looks through. */
export const sessionsOf = (projectId: string) =>
  ask<Page<Session>>('/sessions', { query: { project_id: projectId, limit: SESSIONS_SHOWN } });
export const putInProject = (sessionId: string, projectId: string | null) =>
  ask<Session>(`/sessions/${sessionId}`, { method: 'PATCH', body: { project_id: projectId } });

// The projects of this person: a list, their instructions and sessions, and the form that begins one.

import { useEffect, useState } from 'preact/hooks';

import type { Session } from '@/core/messages';
import { type Project, type ProjectChange, sessionsOf } from '@/core/projects';
import { wordsFor } from '@/core/request';
import { Confirm } from '@/kit/Confirm';
import { takeFocus, useFocusBack } from '@/kit/focus';
import { Icon } from '@/kit/icons';
import { Panel } from '@/kit/Panel';

import { change, create, loadProjects, projects, remove, trouble } from './projects';

const NEW = 'new-project';
const LONGEST_NAME = 200;
const LONGEST_INSTRUCTIONS = 100_000;

interface FormProps {
  project: Project | null;
  says: string;
  onSave: (wish: ProjectChange) => Promise<boolean>;
  onCancel: () => void;
}

function ProjectForm({ project, says, onSave, onCancel }: FormProps) {
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form);
    const name = String(fields.get('name')).trim();
    const instructions = String(fields.get('instructions')).trim() || null;
    if (name && (await onSave({ name, instructions }))) onCancel();
  };
  return (
    <form class="fields" onSubmit={event => void submit(event)}>
      <label>
        Name
        <input
          type="text"
          name="name"
          required
          maxLength={LONGEST_NAME}
          defaultValue={project?.name ?? ''}
          autocomplete="off"
          ref={takeFocus}
        />
      </label>
      <label>
        Instructions
        <textarea
          name="instructions"
          rows={4}
          maxLength={LONGEST_INSTRUCTIONS}
          placeholder="Told to the model in every conversation of the project"
          defaultValue={project?.instructions ?? ''}
        />
      </label>
      <div class="row">
        <button type="button" class="button" onClick={onCancel}>
          Cancel
        </button>
        <button class="button primary">{says}</button>
      </div>
    </form>
  );
}

type Found = 'looking' | { sessions: readonly Session[]; more: boolean } | { trouble: string };

function Sessions({ projectId }: { projectId: string }) {
  const [found, setFound] = useState<Found>('looking');
  useEffect(() => {
    let gone = false;
    sessionsOf(projectId).then(
      page => gone || setFound({ sessions: page.items, more: page.next_cursor !== null }),
      (thrown: unknown) => gone || setFound({ trouble: wordsFor(thrown) }),
    );
    return () => {
      gone = true;
    };
  }, [projectId]);
  if (found === 'looking') return <p class="hint">Looking…</p>;
  if ('trouble' in found) return <p class="alert">{found.trouble}</p>;
  if (found.sessions.length === 0) return <p class="hint">No conversation is in it yet.</p>;
  return (
    <>
      <ul class="waiting-list" aria-label="Conversations of the project">
        {found.sessions.map(session => (
          <li key={session.id}>
            <a href={`/c/${session.id}`}>{session.title || 'New chat'}</a>
          </li>
        ))}
      </ul>
      {found.more && <p class="hint">These are the newest.</p>}
    </>
  );
}

function Row({ project }: { project: Project }) {
  const [doing, setDoing] = useState<'editing' | 'deleting' | null>(null);
  const [shown, setShown] = useState(false);
  const done = () => setDoing(null);
  const around = useFocusBack<HTMLLIElement>(doing === 'editing');
  return (
    <li class="entry" ref={around}>
      <div class="file-row">
        <button type="button" class="file-name" aria-expanded={shown} onClick={() => setShown(!shown)}>
          <Icon name="folder" size={15} />
          <span>{project.name}</span>
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={`Edit ${project.name}`}
          title="Edit"
          onClick={() => setDoing('editing')}
        >
          <Icon name="pen" size={16} />
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={`Delete ${project.name}`}
          title="Delete"
          onClick={() => setDoing('deleting')}
        >
          <Icon name="bin" size={16} />
        </button>
      </div>
      {doing === 'editing' && (
        <ProjectForm project={project} says="Save" onSave={wish => change(project.id, wish)} onCancel={done} />
      )}
      {shown && doing !== 'editing' && (
        <div class="entry-inside">
          {project.instructions && <p class="said-so">{project.instructions}</p>}
          <Sessions projectId={project.id} />
        </div>
      )}
      {doing === 'deleting' && (
        <Confirm
          title="Delete this project?"
          says={`“${project.name}” and its instructions will be gone. Its conversations remain, in no project.`}
          yes="Delete"
          onNo={done}
          onYes={() => {
            done();
            void remove(project.id).then(() => document.getElementById(NEW)?.focus());
          }}
        />
      )}
    </li>
  );
}

export function ProjectsPanel({ onClose }: { onClose: () => void }) {
  const [beginning, setBeginning] = useState(false);
  const around = useFocusBack<HTMLDivElement>(beginning);
  useEffect(() => void loadProjects(), []);
  const all = projects.value;
  return (
    <Panel title="Projects" onClose={onClose}>
      <p class="hint">Conversations of one purpose, with instructions that the model is told in each of them.</p>
      {trouble.value && (
        <p class="alert" role="alert">
          {trouble.value}
        </p>
      )}
      <div ref={around}>
        {beginning ? (
          <ProjectForm project={null} says="Begin" onSave={create} onCancel={() => setBeginning(false)} />
        ) : (
          <button id={NEW} type="button" class="button alone" onClick={() => setBeginning(true)}>
            <Icon name="plus" size={16} />
            New project
          </button>
        )}
      </div>
      {all === null && !trouble.value && <p class="hint">Looking…</p>}
      {all?.length === 0 && <p class="hint">There are no projects yet.</p>}
      <ul class="entries">
        {(all ?? []).map(project => (
          <Row key={project.id} project={project} />
        ))}
      </ul>
    </Panel>
  );
}

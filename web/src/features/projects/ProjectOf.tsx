// In which project a conversation is: one is chosen, or none.

import { useEffect, useState } from 'preact/hooks';

import { readSession } from '@/core/calls';
import { wordsFor } from '@/core/request';
import { Panel } from '@/kit/Panel';

import { loadProjects, projects, putIn, trouble } from './projects';

export function ProjectOf({ sessionId, onClose }: { sessionId: string; onClose: () => void }) {
  // undefined: not known yet; null: in none.
  const [current, setCurrent] = useState<string | null | undefined>(undefined);
  const [said, setSaid] = useState('');
  useEffect(() => {
    let gone = false;
    void loadProjects();
    readSession(sessionId).then(
      session => gone || setCurrent(session.project_id),
      (thrown: unknown) => gone || (trouble.value = wordsFor(thrown)),
    );
    return () => {
      gone = true;
    };
  }, [sessionId]);
  const choose = async (projectId: string | null) => {
    const before = current;
    setCurrent(projectId);
    const done = await putIn(sessionId, projectId);
    if (!done) setCurrent(before);
    setSaid(done ? 'Saved. It counts from the next question on.' : '');
  };
  const all = projects.value;
  return (
    <Panel title="Project of this conversation" onClose={onClose}>
      {trouble.value && (
        <p class="alert" role="alert">
          {trouble.value}
        </p>
      )}
      {all === null || current === undefined ? (
        !trouble.value && <p class="hint">Looking…</p>
      ) : (
        <fieldset class="choices">
          <legend class="visually-hidden">Project</legend>
          {[{ id: null, name: 'No project' }, ...all].map(one => (
            <label key={one.id ?? ''} class="option">
              <input type="radio" name="project" checked={one.id === current} onChange={() => void choose(one.id)} />
              <span>{one.name}</span>
            </label>
          ))}
        </fieldset>
      )}
      {all?.length === 0 && <p class="hint">Projects are begun below “More” at the foot of the list.</p>}
      <p class="hint" role="status">
        {said}
      </p>
    </Panel>
  );
}

// The arguments of a call, all of them and exactly as they are; changes of files are shown as changes.

import { useMemo } from 'preact/hooks';

import type { Arguments } from '@/core/events';
import { Bounded } from '@/kit/Bounded';
import { visible } from '@/kit/visible';

import { changedLines } from './change';
import { todosOf, type Todo } from './summary';

const SHORT = 100;
const MARKS = { pending: '☐', in_progress: '◐', completed: '☑' } as const;
const MARK_SAYS = { pending: 'to do', in_progress: 'being done', completed: 'done' } as const;

interface Replacement {
  before: string;
  after: string;
}

/** The replacement in arguments like `{old_string, new_string}`, or null. */
function replacementIn(value: unknown): Replacement | null {
  if (typeof value !== 'object' || value === null) return null;
  const { old_string: before, new_string: after } = value as Arguments;
  return typeof before === 'string' && typeof after === 'string' ? { before, after } : null;
}

function Diff({ before, after }: Replacement) {
  const lines = useMemo(() => changedLines(visible(before), visible(after)), [before, after]);
  return (
    <pre class="bounded diff" tabIndex={0} role="group" aria-label="Change">
      {lines.map(({ mark, text }, place) => (
        <span key={place} class={mark === '-' ? 'removed' : mark === '+' ? 'added' : ''}>
          {`${mark} ${text}\n`}
        </span>
      ))}
    </pre>
  );
}

export function Todos({ todos }: { todos: Todo[] }) {
  return (
    <ul class="todos" aria-label="Check list">
      {todos.map((todo, place) => (
        <li key={place} class={todo.status}>
          <span aria-hidden="true">{MARKS[todo.status] ?? MARKS.pending}</span>
          <span>
            {todo.content}
            <span class="visually-hidden"> ({MARK_SAYS[todo.status] ?? MARK_SAYS.pending})</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Value({ name, value, tone }: { name: string; value: unknown; tone: 'added' | undefined }) {
  const text = visible(typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  const long = tone || text.length > SHORT || text.includes('\n');
  return long ? <Bounded text={text} label={name} {...(tone && { tone })} /> : <code>{text}</code>;
}

export function Shown({ name, args }: { name: string; args: Arguments }) {
  const entries = Object.entries(args);
  if (entries.length === 0) return <p class="hint">Without arguments.</p>;
  const whole = replacementIn(args);
  const edits = Array.isArray(args['edits']) ? args['edits'].map(replacementIn) : [];
  const todos = todosOf(args);
  const plain = entries.filter(
    ([key]) => !(whole && (key === 'old_string' || key === 'new_string')) && !(todos && key === 'todos'),
  );
  return (
    <div class="shown">
      <dl>
        {plain.map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>
              {key === 'edits' && edits.length > 0 && edits.every(edit => edit !== null) ? (
                <>
                  {edits.map((edit, place) => (
                    <Diff key={place} {...edit} />
                  ))}
                  <Extras edits={args['edits'] as Arguments[]} />
                </>
              ) : (
                <Value name={key} value={value} tone={name === 'Write' && key === 'content' ? 'added' : undefined} />
              )}
            </dd>
          </div>
        ))}
      </dl>
      {whole && <Diff {...whole} />}
      {todos && <Todos todos={todos} />}
    </div>
  );
}

/** What edits say besides their texts (`replace_all`, for example): it is executed too, so it is shown. */
function Extras({ edits }: { edits: Arguments[] }) {
  const extras = edits.map(({ old_string: _before, new_string: _after, ...more }) => more);
  if (extras.every(more => Object.keys(more).length === 0)) return null;
  return <Value name="edits" value={extras} tone={undefined} />;
}

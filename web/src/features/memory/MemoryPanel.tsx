// What is remembered of a person: the switch, the facts and where each came from; they are added, changed, forgotten.

import { useEffect, useRef, useState } from 'preact/hooks';

import type { Fact, Memory, MemoryMode } from '@/core/memory';
import { Confirm } from '@/kit/Confirm';
import { takeFocus, useFocusBack } from '@/kit/focus';
import { Icon } from '@/kit/icons';
import { Menu } from '@/kit/Menu';
import { Panel } from '@/kit/Panel';

import {
  change,
  facts,
  forget,
  forgetEverything,
  loadMemory,
  memory,
  more,
  remember,
  search,
  setMode,
  trouble,
} from './memory';

const MODES: { mode: MemoryMode; says: string; hint: string }[] = [
  { mode: 'off', says: 'Off', hint: 'Models are told nothing of this.' },
  { mode: 'recall', says: 'Told', hint: 'Models are told what matters to your question.' },
  { mode: 'on', says: 'Told and learnt', hint: 'They may also pick facts from what you say.' },
];
const SEARCHED_FROM = 8;
const TYPING_PAUSE_MS = 250;

function Switch({ about }: { about: Memory }) {
  return (
    <fieldset class="choices">
      <legend class="visually-hidden">What models are told of you</legend>
      {MODES.map(({ mode, says, hint }) => (
        <label key={mode} class="option">
          <input
            type="radio"
            name="memory"
            checked={mode === about.mode}
            disabled={mode === 'on' && !about.extraction && about.mode !== 'on'}
            onChange={() => void setMode(mode)}
          />
          <span>
            {says}
            <span class="hint">
              {hint} {mode === 'on' && !about.extraction && 'This server does not allow it.'}
            </span>
          </span>
        </label>
      ))}
      {!about.recall && <p class="noted">This server tells models nothing of it at present.</p>}
    </fieldset>
  );
}

function FactEditor({ fact, longest, onEnd }: { fact: Fact; longest: number; onEnd: () => void }) {
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget as HTMLFormElement).get('text')).trim();
    if (!text || text === fact.text || (await change(fact.id, { text }))) onEnd();
  };
  return (
    <form class="fields" onSubmit={event => void submit(event)}>
      <label>
        <span class="visually-hidden">The fact, to be changed</span>
        <textarea name="text" rows={2} maxLength={longest} defaultValue={fact.text} ref={takeFocus} />
      </label>
      <div class="row">
        <button type="button" class="button" onClick={onEnd}>
          Cancel
        </button>
        <button class="button primary">Save</button>
      </div>
    </form>
  );
}

const FIELD = 'to-remember';
/** Where one goes on when what one was at is gone. */
const toField = () => document.getElementById(FIELD)?.focus();

function From({ fact }: { fact: Fact }) {
  return (
    <span class="hint">
      {fact.pinned && 'Always told · '}
      {fact.made_by === 'model' ? 'Picked from what you said' : 'Written by you'}
      {fact.project_id && ' · for one project'}
      {fact.source && (
        <>
          {' · '}
          <a href={`/c/${fact.source.session_id}`}>where it was said</a>
        </>
      )}
    </span>
  );
}

function Row({ fact, longest }: { fact: Fact; longest: number }) {
  const [editing, setEditing] = useState(false);
  const around = useFocusBack<HTMLLIElement>(editing);
  if (editing) {
    return (
      <li class="entry" ref={around}>
        <FactEditor fact={fact} longest={longest} onEnd={() => setEditing(false)} />
      </li>
    );
  }
  return (
    <li class="entry fact" ref={around}>
      <span class="about">
        {fact.text}
        <From fact={fact} />
      </span>
      <Menu
        label={`Actions for: ${fact.text}`}
        choices={[
          { icon: 'pen', says: 'Edit', act: () => setEditing(true) },
          {
            icon: 'pin',
            says: fact.pinned ? 'Only where it matters' : 'Always tell it',
            act: () => void change(fact.id, { pinned: !fact.pinned }),
          },
          { icon: 'bin', says: 'Forget', grave: true, act: () => void forget(fact.id).then(toField) },
        ]}
      />
    </li>
  );
}

function Add({ about }: { about: Memory }) {
  const [text, setText] = useState('');
  const full = about.facts >= about.most_facts;
  return (
    <form
      class="fields"
      onSubmit={event => {
        event.preventDefault();
        if (text.trim()) void remember(text.trim()).then(done => done && setText(''));
      }}
    >
      <label>
        Something to remember
        <textarea
          id={FIELD}
          rows={2}
          maxLength={about.most_characters}
          disabled={full}
          value={text}
          onInput={event => setText(event.currentTarget.value)}
        />
      </label>
      <div class="row spread">
        <span class="hint">
          {about.facts.toLocaleString()} of at most {about.most_facts.toLocaleString()}
        </span>
        <button class="button" disabled={full || !text.trim()}>
          <Icon name="plus" size={16} />
          Remember
        </button>
      </div>
    </form>
  );
}

function Search() {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <label class="search">
      <Icon name="search" size={16} />
      <span class="visually-hidden">Search what is remembered</span>
      <input
        type="search"
        placeholder="Search"
        onInput={({ currentTarget: { value } }) => {
          clearTimeout(timer.current);
          timer.current = setTimeout(() => void search(value.trim()), TYPING_PAUSE_MS);
        }}
      />
    </label>
  );
}

export function MemoryPanel({ onClose }: { onClose: () => void }) {
  const [leaving, setLeaving] = useState(false);
  useEffect(() => void loadMemory(), []);
  const about = memory.value;
  const found = facts.value;
  return (
    <Panel title="Memory" onClose={onClose}>
      <p class="hint">Facts about you that models may be told in your conversations.</p>
      {trouble.value && (
        <p class="alert" role="alert">
          {trouble.value}
        </p>
      )}
      {!about && !trouble.value && <p class="hint">Looking…</p>}
      {about && (
        <>
          <Switch about={about} />
          <Add about={about} />
          {about.facts >= SEARCHED_FROM && <Search />}
          {found?.items.length === 0 && (
            <p class="hint">{found.q ? `Nothing found for “${found.q}”.` : 'Nothing is remembered yet.'}</p>
          )}
          <ul class="entries" aria-label="What is remembered">
            {found?.items.map(fact => (
              <Row key={fact.id} fact={fact} longest={about.most_characters} />
            ))}
          </ul>
          {found?.next && (
            <button type="button" class="more" onClick={() => void more(found)}>
              Show more
            </button>
          )}
          {about.facts > 0 && (
            <button type="button" class="button grave alone" onClick={() => setLeaving(true)}>
              <Icon name="bin" size={16} />
              Forget everything
            </button>
          )}
        </>
      )}
      {leaving && (
        <Confirm
          title="Forget everything?"
          says={`All ${about?.facts.toLocaleString()} facts will be gone for good. Conversations remain.`}
          yes="Forget"
          onNo={() => setLeaving(false)}
          onYes={() => {
            setLeaving(false);
            void forgetEverything().then(toField);
          }}
        />
      )}
    </Panel>
  );
}

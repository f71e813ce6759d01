// One escalation: what is known, what may be done, the conversation as far as it may be seen, notes and history.

import { useState } from 'preact/hooks';

import * as care from '@/core/care';
import { reachedBy } from '@/core/channels';
import { moment } from '@/kit/moment';

import { attempt, talk } from './desk';
import { Talk } from './Talk';
import { detailOf, fellSilent, kindOf, stateOf } from './words';

type Whole = care.EscalationWhole;

function Facts({ one }: { one: Whole }) {
  const facts: [string, string | null][] = [
    ['Urgency of response', one.level],
    ['Where it stands', one.reason ? `${stateOf(one)}: ${one.reason}` : stateOf(one)],
    ['Began', moment(one.created_at)],
    ['Language', one.language],
    ['Who answers', one.mine ? 'you' : (one.claimed_by?.name ?? 'nobody yet')],
    ['On call', one.group],
    ['To be acknowledged by', one.acknowledged_at ? null : one.deadline_at && moment(one.deadline_at)],
    ['Outcome', one.outcome?.replaceAll('_', ' ') ?? null],
  ];
  return (
    <dl class="facts-of">
      {facts.map(([name, says]) =>
        says ? (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{says}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}

/** With how each is reached, so that it can be said in the conversation. */
function Helped({ one }: { one: Whole }) {
  return (
    <section aria-label="Help that was shown">
      <h3>Help that was shown</h3>
      {one.helped.length === 0 && <p class="hint">None.</p>}
      <ul class="entries">
        {one.helped.map(({ id, name, channels }) => (
          <li key={id} class="entry fact">
            <span class="about">
              {name}
              <span class="hint">{channels.map(reachedBy).join(' · ')}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Act({ says, deed, primary }: { says: string; deed: () => Promise<unknown>; primary?: boolean }) {
  const [busy, setBusy] = useState(false);
  const act = async () => {
    setBusy(true);
    await attempt(deed);
    setBusy(false);
  };
  return (
    <button type="button" class={primary ? 'button primary' : 'button'} disabled={busy} onClick={() => void act()}>
      {says}
    </button>
  );
}

function Acts({ one }: { one: Whole }) {
  if (one.state === 'closed') return null;
  if (!one.mine) {
    return one.claimed_by ? null : <Act says="Claim" deed={() => care.claim(one.id)} primary />;
  }
  const joined = talk.value?.human;
  return (
    <>
      {!one.acknowledged_at && <Act says="Acknowledge" deed={() => care.acknowledge(one.id)} primary />}
      {one.session_id && !joined && <Act says="Join the conversation" deed={() => care.join(one.id)} primary />}
      {joined && <Act says="Leave the conversation" deed={() => care.leave(one.id)} />}
      <Act says="Release" deed={() => care.release(one.id)} />
    </>
  );
}

function Note({ id }: { id: string }) {
  const [text, setText] = useState('');
  const send = async (event: Event) => {
    event.preventDefault();
    if (text.trim() && (await attempt(() => care.addNote(id, text.trim())))) setText('');
  };
  return (
    <form class="fields" onSubmit={event => void send(event)}>
      <label class="field">
        A note for the team
        <textarea rows={2} value={text} onInput={event => setText(event.currentTarget.value)} />
      </label>
      <div class="row">
        <button class="button" disabled={!text.trim()}>
          Add note
        </button>
      </div>
    </form>
  );
}

function Ending({ id }: { id: string }) {
  const [outcome, setOutcome] = useState<care.Outcome>('helped');
  const [note, setNote] = useState('');
  return (
    <details>
      <summary>Close it</summary>
      <form
        class="fields"
        onSubmit={event => {
          event.preventDefault();
          void attempt(() => care.close(id, outcome, note.trim()));
        }}
      >
        <label class="field">
          What came of it
          <select value={outcome} onChange={event => setOutcome(event.currentTarget.value as care.Outcome)}>
            {Object.entries(care.OUTCOMES).map(([name, says]) => (
              <option key={name} value={name}>
                {says}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          A last note
          <textarea rows={2} value={note} onInput={event => setNote(event.currentTarget.value)} />
        </label>
        <div class="row">
          <button class="button primary">Close</button>
        </div>
      </form>
    </details>
  );
}

function History({ one }: { one: Whole }) {
  return (
    <section aria-label="What happened">
      <h3>What happened</h3>
      <ol class="entries">
        {one.events.map(event => (
          <li key={event.n} class="entry fact">
            <span class="about">
              {kindOf(event)}
              {detailOf(event) && `: ${detailOf(event)}`}
              <span class="hint">{[moment(event.at), event.actor?.name].filter(Boolean).join(' · ')}</span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function Looked({ one }: { one: Whole }) {
  const mine = one.mine && one.state !== 'closed';
  return (
    <>
      <h2>
        <span class="urgency" data-level={one.level}>
          {one.level}
        </span>{' '}
        {moment(one.created_at)}
      </h2>
      <div class="row" role="group" aria-label="What you can do">
        <Acts one={one} />
      </div>
      {one.state !== 'closed' && fellSilent(one.events) && (
        <p class="alert" role="status">
          {one.mine ? 'You were' : 'Whoever joined was'} silent for long: the model answers again in the conversation.
        </p>
      )}
      <Facts one={one} />
      {mine && one.session_id && talk.value && <Talk id={one.id} seen={talk.value} />}
      {one.mine && <Note id={one.id} />}
      {mine && <Ending id={one.id} />}
      <Helped one={one} />
      <History one={one} />
    </>
  );
}

// Asks the person what the agent wants to know: choices, several choices, or words of their own.

import { useId, useState } from 'preact/hooks';

import type { Question } from '@/core/events';
import type { Hands } from '@/features/runs/hands';
import type { Ask, Talk } from '@/features/runs/view';
import { takeFocus } from '@/kit/focus';

import { Card } from './Card';
import { useResponding } from './responding';

interface Props {
  runId: string;
  ask: Extract<Ask, { kind: 'question' }>;
  hands: Hands;
}

/** What is chosen and written for one question. `other` counts where it is chosen, or there is nothing to choose. */
export interface Draft {
  chosen: readonly string[];
  otherChosen: boolean;
  other: string;
}

const EMPTY: Draft = { chosen: [], otherChosen: false, other: '' };

/** The answer to one question; an empty list where it is not answered yet. */
export function answerOf(question: Question, draft: Draft): string[] {
  const words = draft.other.trim();
  if (!question.options?.length) return words ? [words] : [];
  return [...draft.chosen, ...(draft.otherChosen && words ? [words] : [])];
}

/** The draft after an option was chosen, or let go. */
export function choosing(question: Question, draft: Draft, label: string | null, on: boolean): Draft {
  if (!question.multi) return { ...draft, chosen: label === null ? [] : [label], otherChosen: label === null };
  if (label === null) return { ...draft, otherChosen: on };
  const rest = draft.chosen.filter(one => one !== label);
  return { ...draft, chosen: on ? [...rest, label] : rest };
}

interface FieldProps {
  question: Question;
  /** Whether words of one's own are an answer, too. */
  free: boolean;
  draft: Draft;
  onChange: (draft: Draft) => void;
}

function Choices({ question, free, draft, onChange }: FieldProps) {
  const name = useId();
  const kind = question.multi ? 'checkbox' : 'radio';
  return (
    <>
      {question.options?.map(option => (
        <label key={option.label} class="option">
          <input
            type={kind}
            name={name}
            checked={draft.chosen.includes(option.label)}
            onChange={event => onChange(choosing(question, draft, option.label, event.currentTarget.checked))}
          />
          <span>
            {option.label}
            {option.description && <span class="hint">{option.description}</span>}
          </span>
        </label>
      ))}
      {free && (
        <label class="option">
          <input
            type={kind}
            name={name}
            checked={draft.otherChosen}
            onChange={event => onChange(choosing(question, draft, null, event.currentTarget.checked))}
          />
          <span>Other</span>
        </label>
      )}
      {draft.otherChosen && (
        <input
          type="text"
          aria-label={`Other answer: ${question.header || question.question}`}
          ref={takeFocus}
          value={draft.other}
          onInput={event => onChange({ ...draft, other: event.currentTarget.value })}
        />
      )}
    </>
  );
}

function Asked({ question, free, draft, onChange }: FieldProps) {
  return (
    <fieldset class="question">
      <legend>
        {question.header && <span class="header">{question.header}</span>}
        {question.question}
      </legend>
      {question.options?.length ? (
        <Choices question={question} free={free} draft={draft} onChange={onChange} />
      ) : (
        <textarea
          rows={2}
          aria-label={question.question}
          value={draft.other}
          onInput={event => onChange({ ...draft, other: event.currentTarget.value })}
        />
      )}
    </fieldset>
  );
}

export function Questions({ runId, ask, hands }: Props) {
  const responding = useResponding(hands, runId, ask.expiresAt);
  const [drafts, setDrafts] = useState<readonly Draft[]>(() => ask.questions.map(() => EMPTY));
  const answers = ask.questions.map((question, place) => answerOf(question, drafts[place] ?? EMPTY));
  const whole = answers.every((answer, place) => answer.length > 0 || ask.questions[place]?.optional);
  const closed = responding.stage !== 'open';
  const over = responding.stage === 'expired' || responding.stage === 'elsewhere';
  return (
    <Card
      title={ask.interrupted ? 'A call was cut off. How shall it go on?' : 'You are asked'}
      expiresAt={ask.expiresAt}
      responding={responding}
    >
      <form
        onSubmit={event => {
          event.preventDefault();
          if (whole) responding.send({ call_id: ask.callId, decision: 'answer', answers });
        }}
      >
        <fieldset disabled={closed} class="questions">
          <legend class="visually-hidden">Your answers</legend>
          {ask.questions.map((question, place) => (
            <Asked
              key={place}
              question={question}
              free={!ask.interrupted}
              draft={drafts[place] ?? EMPTY}
              onChange={draft => setDrafts(drafts.map((one, index) => (index === place ? draft : one)))}
            />
          ))}
        </fieldset>
        {!over && (
          <div class="decide">
            <span class="gap" />
            <button
              type="button"
              class="button"
              disabled={closed}
              onClick={() => responding.send({ call_id: ask.callId, decision: 'reject' })}
            >
              Do not answer
            </button>
            <button class="button primary" disabled={closed || !whole}>
              Answer
            </button>
          </div>
        )}
      </form>
    </Card>
  );
}

const UNSAID = { person: 'Not answered.', expiry: 'Not answered in time.', cancel: 'Not answered: stopped.' } as const;

/** A question that is over, with what was said. */
export function Answered({ talk }: { talk: Talk }) {
  if (talk.answers === null) return <p class="line">{UNSAID[talk.by]}</p>;
  return (
    <dl class="answered">
      {talk.answers.map((said, place) => (
        <div key={place}>
          <dt>{talk.questions[place]?.question ?? 'Question'}</dt>
          <dd>{said.join(', ')}</dd>
        </div>
      ))}
    </dl>
  );
}

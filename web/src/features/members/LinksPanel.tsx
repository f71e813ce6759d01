// Links under which anybody reads a conversation as it is now, without an account: made, listed, ended.

import { useState } from 'preact/hooks';

import { endLink, listLinks, makeLink, type ShareLink } from '@/core/links';
import { useLoaded } from '@/core/loaded';
import { moment } from '@/kit/moment';
import { Panel } from '@/kit/Panel';
import { ShownOnce } from '@/kit/ShownOnce';

const DAY_MS = 86_400_000;
const HOLDS = [
  { days: 1, says: 'For a day' },
  { days: 7, says: 'For a week' },
  { days: 30, says: 'For 30 days' },
];
const SHOWS = [
  { name: 'authors', says: 'What people are called' },
  { name: 'tools', says: 'What tools were asked, and what they said' },
  { name: 'reasoning', says: 'What models thought aloud' },
] as const;

const shows = (one: ShareLink) =>
  ['the words', ...SHOWS.filter(({ name }) => one[name]).map(({ says }) => says.toLowerCase())].join(', ');

export function LinksPanel({ sessionId, onClose }: { sessionId: string; onClose: () => void }) {
  const { found, trouble, absent, attempt } = useLoaded(() => listLinks(sessionId));
  const [link, setLink] = useState<string | null>(null);
  const make = (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const until = new Date(Date.now() + Number(fields.get('days')) * DAY_MS).toISOString();
    const chosen = { authors: fields.has('authors'), tools: fields.has('tools'), reasoning: fields.has('reasoning') };
    void attempt(async () => setLink((await makeLink(sessionId, { expires_at: until, ...chosen })).link));
  };
  return (
    <Panel title="Share by a link" onClose={onClose}>
      <p class="hint">Whoever has the link reads this conversation as it is now. What is said later is not in it.</p>
      {trouble && (
        <p class="alert" role="alert">
          {trouble}
        </p>
      )}
      {absent && <p class="hint">Links cannot be made here.</p>}
      {link && <ShownOnce says="Give this link to whom you like." words={link} onKept={() => setLink(null)} />}
      {!absent && (
        <form class="fields" onSubmit={make}>
          <fieldset class="choices">
            <legend>What it shows besides the words</legend>
            {SHOWS.map(({ name, says }) => (
              <label key={name} class="option">
                <input type="checkbox" name={name} />
                <span>{says}</span>
              </label>
            ))}
          </fieldset>
          <div class="inviting">
            <select name="days" aria-label="How long it holds">
              {HOLDS.map(({ days, says }) => (
                <option key={days} value={days} selected={days === 7}>
                  {says}
                </option>
              ))}
            </select>
            <button class="button">Make a link</button>
          </div>
        </form>
      )}
      <ul class="entries" aria-label="Links that hold">
        {(found ?? []).map(one => (
          <li key={one.id} class="entry fact">
            <span class="about">
              Shows {shows(one)}
              <span class="hint">
                made {moment(one.created_at)}, until {moment(one.expires_at)}
              </span>
            </span>
            <button type="button" class="button" onClick={() => void attempt(() => endLink(sessionId, one.id))}>
              Revoke
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

// One's API keys: made and shown once, rotated with an overlap, deleted; what each may do and from where.

import { useState } from 'preact/hooks';

import { type ApiKey, deleteKey, type KeyWish, listKeys, makeKey, rotateKey } from '@/core/account';
import { useLoaded } from '@/core/loaded';
import { Confirm } from '@/kit/Confirm';
import { takeFocus, useFocusBack } from '@/kit/focus';
import { Icon } from '@/kit/icons';
import { Menu } from '@/kit/Menu';
import { moment } from '@/kit/moment';
import { ShownOnce } from '@/kit/ShownOnce';

import { Fields, Section } from './Section';

const OVERLAP_SECONDS = 86_400;
const DAY_MS = 86_400_000;
const SCOPES = [
  'sessions:read',
  'sessions:write',
  'runs:read',
  'runs:write',
  'models:read',
  'agents:read',
  'agents:write',
  'memories:read',
  'memories:write',
  'webhooks:read',
  'webhooks:write',
];
const HOLDS = [
  { days: 30, says: 'For 30 days' },
  { days: 90, says: 'For 90 days' },
  { days: 365, says: 'For a year' },
  { days: 0, says: 'Until it is deleted' },
];

const listOf = (text: string) => text.split(/[\s,]+/).filter(Boolean);

function NewKey({ onMake, onEnd }: { onMake: (wish: KeyWish) => Promise<boolean>; onEnd: () => void }) {
  const [narrow, setNarrow] = useState(false);
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const choose = (scope: string) =>
    setScopes(scopes.includes(scope) ? scopes.filter(one => one !== scope) : [...scopes, scope]);
  const send = async (field: (name: string) => string) => {
    const [networks, days] = [listOf(field('networks')), Number(field('days'))];
    const made = await onMake({
      name: field('name').trim(),
      ...(narrow && { scopes: [...scopes] }),
      ...(networks.length > 0 && { networks }),
      ...(days > 0 && { expires_at: new Date(Date.now() + days * DAY_MS).toISOString() }),
    });
    if (made) onEnd();
  };
  return (
    <Fields act="Make it" onEnd={onEnd} onSend={send}>
      <label>
        Name
        <input name="name" required maxLength={100} placeholder="laptop" ref={takeFocus} />
      </label>
      <label>
        How long it holds
        <select name="days">
          {HOLDS.map(({ days, says }) => (
            <option key={days} value={days} selected={days === 90}>
              {says}
            </option>
          ))}
        </select>
      </label>
      <label>
        Networks it may come from
        <input name="networks" placeholder="any, or 192.0.2.0/24" autocapitalize="off" spellcheck={false} />
      </label>
      <fieldset class="choices">
        <legend>What it may do</legend>
        <label class="option">
          <input type="checkbox" checked={!narrow} onChange={() => setNarrow(!narrow)} />
          <span>Everything that I may</span>
        </label>
        {narrow &&
          SCOPES.map(scope => (
            <label key={scope} class="option">
              <input type="checkbox" checked={scopes.includes(scope)} onChange={() => choose(scope)} />
              <span>{scope}</span>
            </label>
          ))}
      </fieldset>
    </Fields>
  );
}

const about = (key: ApiKey) =>
  [
    key.scopes ? key.scopes.join(', ') : 'everything you may',
    key.networks?.length ? `from ${key.networks.join(', ')}` : '',
    key.expires_at ? `until ${moment(key.expires_at)}` : '',
    key.last_used_at ? `used ${moment(key.last_used_at)}` : 'never used',
    key.replaced_by_id ? 'replaced by a newer one' : '',
  ]
    .filter(Boolean)
    .join(' · ');

export function Keys() {
  const { found, trouble, absent, attempt } = useLoaded(listKeys);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<{ name: string; key: string } | null>(null);
  const [leaving, setLeaving] = useState<ApiKey | null>(null);
  const around = useFocusBack<HTMLDivElement>(making);
  if (absent) return null;
  const keep = (deed: Promise<{ name: string; key: string }>) => attempt(async () => setMade(await deed));
  return (
    <Section title="API keys" trouble={trouble}>
      {made && <ShownOnce says={`The key “${made.name}”.`} words={made.key} onKept={() => setMade(null)} />}
      <div ref={around}>
        {making ? (
          <NewKey onMake={wish => keep(makeKey(wish))} onEnd={() => setMaking(false)} />
        ) : (
          <button type="button" class="button alone" onClick={() => setMaking(true)}>
            <Icon name="plus" size={16} />
            New key
          </button>
        )}
      </div>
      <ul class="entries" aria-label="API keys">
        {(found ?? []).map(key => (
          <li key={key.id} class="entry fact">
            <span class="about">
              {key.name}
              <span class="hint">{about(key)}</span>
            </span>
            <Menu
              label={`Actions for the key ${key.name}`}
              choices={[
                {
                  icon: 'again',
                  says: 'Replace, the old one holds a day',
                  act: () => void keep(rotateKey(key.id, OVERLAP_SECONDS)),
                },
                { icon: 'bin', says: 'Delete', grave: true, act: () => setLeaving(key) },
              ]}
            />
          </li>
        ))}
      </ul>
      {leaving && (
        <Confirm
          title="Delete this key?"
          says={`Whatever uses “${leaving.name}” is refused from now on.`}
          yes="Delete"
          onNo={() => setLeaving(null)}
          onYes={() => {
            setLeaving(null);
            void attempt(() => deleteKey(leaving.id));
          }}
        />
      )}
    </Section>
  );
}

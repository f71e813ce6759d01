// The webhooks of this person: how each fares, what it was told, and the form that makes one; its secret is shown once.

import { useEffect, useState } from 'preact/hooks';

import { EVENTS, type Webhook, type WebhookChange } from '@/core/webhooks';
import { copyText } from '@/kit/clipboard';
import { Confirm } from '@/kit/Confirm';
import { takeFocus, useFocusBack } from '@/kit/focus';
import { Icon } from '@/kit/icons';
import { Menu } from '@/kit/Menu';
import { Panel } from '@/kit/Panel';

import { Log, moment, outcome } from './Log';
import { change, create, loadWebhooks, remove, rotate, secret, test, trouble, webhooks } from './webhooks';

const NEW = 'new-webhook';
const ALL = '*';

function WebhookForm({ onSave, onEnd }: { onSave: (wish: WebhookChange) => Promise<boolean>; onEnd: () => void }) {
  const [everything, setEverything] = useState(true);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const events = everything ? [ALL] : fields.getAll('event').map(String);
    if (events.length && (await onSave({ url: String(fields.get('url')).trim(), events }))) onEnd();
  };
  return (
    <form class="fields" onSubmit={event => void submit(event)}>
      <label>
        Address
        <input type="url" name="url" required placeholder="https://example.org/palaver" ref={takeFocus} />
      </label>
      <fieldset class="choices">
        <legend>What it is told</legend>
        <label class="option">
          <input type="checkbox" checked={everything} onChange={() => setEverything(!everything)} />
          <span>Everything</span>
        </label>
        {!everything &&
          EVENTS.map(name => (
            <label key={name} class="option">
              <input type="checkbox" name="event" value={name} />
              <span>{name}</span>
            </label>
          ))}
      </fieldset>
      <div class="row">
        <button type="button" class="button" onClick={onEnd}>
          Cancel
        </button>
        <button class="button primary">Make it</button>
      </div>
    </form>
  );
}

function Secret() {
  const [copied, setCopied] = useState(false);
  const made = secret.value;
  if (!made) return null;
  return (
    <div class="entry entry-inside" role="status">
      <p>
        The secret with which what goes to {made.url} is signed. <strong>It is shown this once.</strong>
      </p>
      <p class="said-so">{made.words}</p>
      <div class="row">
        <button type="button" class="button" onClick={() => void copyText(made.words).then(setCopied)}>
          <Icon name={copied ? 'check' : 'copy'} size={16} />
          {copied ? 'Copied' : 'Copy'}
        </button>
        <button type="button" class="button" onClick={() => (secret.value = null)}>
          I have kept it
        </button>
      </div>
    </div>
  );
}

/** How it fares, in words. */
export function standing(one: Webhook): string {
  const wait = one.waiting ? ` ${one.waiting.toLocaleString()} wait.` : '';
  if (!one.enabled) return `Disabled. ${one.notice?.message ?? ''}${wait}`;
  if (!one.failing_since) return one.waiting ? wait.trim() : 'It was told everything.';
  const next = one.next_try_at ? ` It is tried again on ${moment(one.next_try_at)}.` : '';
  return `It has taken nothing since ${moment(one.failing_since)}.${next}${wait}`;
}

function Row({ one }: { one: Webhook }) {
  const [shown, setShown] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const [tested, setTested] = useState('');
  const [news, setNews] = useState(0);
  const tryNow = async () => {
    setTested('Sending a test…');
    const done = await test(one.id);
    setTested(done ? `Test: ${outcome(done.last)}` : '');
    setNews(count => count + 1);
  };
  return (
    <li class="entry">
      <div class="file-row">
        <button type="button" class="file-name" aria-expanded={shown} onClick={() => setShown(!shown)}>
          <Icon name="bell" size={15} />
          <span>{one.url}</span>
        </button>
        <Menu
          label={`Actions for: ${one.url}`}
          choices={[
            { icon: 'send', says: 'Send a test', act: () => void tryNow() },
            {
              icon: one.enabled ? 'stop' : 'check',
              says: one.enabled ? 'Disable' : 'Enable',
              act: () => void change(one.id, { enabled: !one.enabled }),
            },
            { icon: 'again', says: 'New secret', act: () => void rotate(one.id) },
            { icon: 'bin', says: 'Delete', grave: true, act: () => setLeaving(true) },
          ]}
        />
      </div>
      <div class="entry-inside">
        <span class={one.enabled && !one.failing_since ? 'hint' : 'alert'}>{standing(one)}</span>
        {tested && (
          <span class="noted" role="status">
            {tested}
          </span>
        )}
        {shown && <p class="hint">{one.events.includes(ALL) ? 'Told everything.' : one.events.join(', ')}</p>}
        {shown && <Log id={one.id} news={news} />}
      </div>
      {leaving && (
        <Confirm
          title="Delete this webhook?"
          says={`${one.url} is told nothing more; what it was told, and what waits, is forgotten.`}
          yes="Delete"
          onNo={() => setLeaving(false)}
          onYes={() => {
            setLeaving(false);
            void remove(one.id).then(() => document.getElementById(NEW)?.focus());
          }}
        />
      )}
    </li>
  );
}

export function WebhooksPanel({ onClose }: { onClose: () => void }) {
  const [making, setMaking] = useState(false);
  const around = useFocusBack<HTMLDivElement>(making);
  useEffect(() => {
    void loadWebhooks();
    return () => {
      secret.value = null;
    };
  }, []);
  const all = webhooks.value;
  return (
    <Panel title="Webhooks" onClose={onClose}>
      <p class="hint">Servers of yours that are told, signed and in order, what happens in your conversations.</p>
      {trouble.value && (
        <p class="alert" role="alert">
          {trouble.value}
        </p>
      )}
      <Secret />
      <div ref={around}>
        {making ? (
          <WebhookForm onSave={create} onEnd={() => setMaking(false)} />
        ) : (
          <button id={NEW} type="button" class="button alone" onClick={() => setMaking(true)}>
            <Icon name="plus" size={16} />
            New webhook
          </button>
        )}
      </div>
      {all === null && !trouble.value && <p class="hint">Looking…</p>}
      {all?.length === 0 && <p class="hint">There are no webhooks yet.</p>}
      <ul class="entries" aria-label="Webhooks">
        {(all ?? []).map(one => (
          <Row key={one.id} one={one} />
        ))}
      </ul>
    </Panel>
  );
}

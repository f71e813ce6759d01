// The whole page: who is here, the side, and what is open in the middle.

import { computed, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { Refusal, whenSignedOut, wordsFor } from '@/core/request';
import { SecondFactor } from '@/features/account/SecondFactor';
import { loadOffers } from '@/features/agents/offers';
import { Desk } from '@/features/counsellor/Desk';
import { FilesButton } from '@/features/files/FilesPanel';
import { arrived } from '@/features/identity/arrived';
import { SignIn } from '@/features/identity/SignIn';
import { HelpElsewhere } from '@/features/runs/care/HelpPanel';
import { person, recognise, signOut } from '@/features/identity/who';
import { loadModels } from '@/features/inference/models';
import { InvitationDialog } from '@/features/members/InvitationDialog';
import { invited } from '@/features/members/invited';
import { refresh, sessions } from '@/features/sessions/list';
import { watchWaiting } from '@/features/waiting/waiting';
import { WaitingBadge } from '@/features/waiting/WaitingList';
import { backoff } from '@/kit/backoff';
import { Icon } from '@/kit/icons';

import { Chat } from './Chat';
import { Home } from './Home';
import { Logo } from './Logo';
import { Disconnected } from './Notice';
import { hold, letGo, opened } from './opened';
import { Panels } from './Panels';
import { atDesk, go, place } from './place';
import { SessionMenu } from './SessionMenu';
import { drawer, Sidebar } from './Sidebar';

/** Why the page could not be begun; it is tried again by itself. */
const unreachable = signal<string | null>(null);
/** Whether this person's role signs in with two factors here, and they have one. */
const factorFirst = signal(false);
let tries = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

async function begin(): Promise<void> {
  clearTimeout(timer);
  try {
    // Who is recognised is let in, and then this is called again.
    await (person.value ? Promise.all([loadModels(), refresh(), loadOffers()]) : recognise());
    unreachable.value = null;
    factorFirst.value = false;
    tries = 0;
  } catch (thrown) {
    if (thrown instanceof Refusal && thrown.code === 'second_factor_required') {
      factorFirst.value = true;
      return;
    }
    unreachable.value = wordsFor(thrown);
    timer = setTimeout(() => void begin(), backoff(tries++));
  }
}

const title = computed(() => {
  const shown = opened.value;
  if (!shown) return null;
  return sessions.value.find(session => session.id === shown.sessionId)?.title ?? shown.view.value.title;
});

function Bar() {
  return (
    <header class="bar">
      <button
        type="button"
        class="quiet only-narrow"
        aria-label="Show your conversations"
        aria-expanded={drawer.value}
        onClick={() => (drawer.value = true)}
      >
        <Icon name="menu" />
      </button>
      {place.value ? <h1>{title.value || 'New chat'}</h1> : <p class="only-narrow">Palaver</p>}
      <WaitingBadge />
      {place.value && <FilesButton sessionId={place.value} />}
      {place.value && <SessionMenu sessionId={place.value} />}
      <a class="quiet only-narrow" href="/" aria-label="New chat">
        <Icon name="plus" />
      </a>
    </header>
  );
}

function Main() {
  const current = place.value;
  useEffect(() => {
    if (current) hold(current);
    else letGo();
  }, [current]);
  const conversation = opened.value;
  return (
    <main class="main" id="main">
      <Bar />
      {unreachable.value && !current && <Disconnected onNow={() => void begin()} />}
      {!current && <Home />}
      {current && conversation?.sessionId === current && <Chat conversation={conversation} />}
    </main>
  );
}

function Door() {
  return (
    <main class="door">
      <Logo size={72} />
      {person.value === null && invited.value && (
        <p class="soft">You were invited to a conversation: sign in to join it.</p>
      )}
      {(person.value === null || arrived.value) && <SignIn />}
      {unreachable.value && <Disconnected onNow={() => void begin()} />}
      <p class="foot-hint">
        <HelpElsewhere />
      </p>
    </main>
  );
}

function FactorFirst() {
  return (
    <main class="door">
      <Logo size={72} />
      <h1 class="visually-hidden">Palaver</h1>
      <h2>One more thing</h2>
      <p class="soft">Whoever has your role signs in with two factors here. Set one up to go on.</p>
      <SecondFactor />
      <div class="row">
        <button type="button" class="button" onClick={() => void signOut()}>
          Sign out
        </button>
        <button type="button" class="button primary" onClick={() => void begin()}>
          Go on
        </button>
      </div>
    </main>
  );
}

const join = (sessionId: string) => {
  go(`/c/${sessionId}`);
  void refresh();
};

export function App() {
  const here = Boolean(person.value);
  useEffect(() => {
    whenSignedOut(() => (person.value = null));
    const seen = () => !document.hidden && person.value && void refresh();
    document.addEventListener('visibilitychange', seen);
    return () => document.removeEventListener('visibilitychange', seen);
  }, []);
  useEffect(() => {
    if (!here) letGo();
    void begin();
    return here ? watchWaiting() : undefined;
  }, [here]);
  useEffect(() => {
    if (!atDesk.value) document.title = title.value && place.value ? `${title.value} · Palaver` : 'Palaver';
  }, [title.value, place.value, atDesk.value]);

  // Who follows the link of a letter while they are signed in has come for what it says.
  if (!here || (arrived.value && arrived.value.kind !== 'sign-in-failed')) return <Door />;
  if (factorFirst.value) return <FactorFirst />;
  if (atDesk.value) return <Desk />;
  return (
    <div class="page">
      <a class="skip" href="#main">
        Skip to the conversation
      </a>
      <Sidebar />
      <Main />
      <Panels />
      {invited.value && <InvitationDialog key={invited.value} secret={invited.value} onJoined={join} />}
    </div>
  );
}

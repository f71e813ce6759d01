// The side of the page: its name, a new chat, the list of sessions, and who is signed in.

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { person, signOut } from '@/features/identity/who';
import { SessionList } from '@/features/sessions/SessionList';
import { takeEverything } from '@/features/sessions/taking';
import { Icon, type IconName } from '@/kit/icons';
import { type Choice, Menu } from '@/kit/Menu';

import { Logo } from './Logo';
import { panel } from './Panels';
import { go, place } from './place';
import { nextTheme, theme, type Theme } from './theme';

/** Whether the side is shown where there is no room for both. */
export const drawer = signal(false);

const LOOKS: Record<Theme, { icon: IconName; says: string }> = {
  system: { icon: 'auto', says: 'Colours follow the system' },
  light: { icon: 'sun', says: 'Light colours' },
  dark: { icon: 'moon', says: 'Dark colours' },
};

const CHOICES: Choice[] = [
  { icon: 'key', says: 'Account', act: () => (panel.value = 'account') },
  { icon: 'folder', says: 'Projects', act: () => (panel.value = 'projects') },
  { icon: 'book', says: 'Memory', act: () => (panel.value = 'memory') },
  { icon: 'bell', says: 'Webhooks', act: () => (panel.value = 'webhooks') },
  { icon: 'in', says: 'Import conversations', act: () => (panel.value = 'import') },
  { icon: 'out', says: 'Export everything', act: takeEverything },
];

const OF_THE_TEAM: Choice[] = [{ icon: 'people', says: 'Counsellor desk', act: () => go('/counsellor') }];

const OF_ADMINISTRATORS: Choice[] = [
  { icon: 'people', says: 'Users', act: () => (panel.value = 'users') },
  { icon: 'book', says: 'Audit log', act: () => (panel.value = 'audit') },
];

function choices(role: string | undefined): Choice[] {
  if (role === 'admin') return [...CHOICES, ...OF_THE_TEAM, ...OF_ADMINISTRATORS];
  return role === 'counsellor' ? [...CHOICES, ...OF_THE_TEAM] : CHOICES;
}

function Foot() {
  const look = LOOKS[theme.value];
  return (
    <footer class="side-foot">
      <span class="who" title={person.value?.email ?? ''}>
        {person.value?.email}
      </span>
      <Menu label="More" choices={choices(person.value?.role)} />
      <button type="button" class="quiet" aria-label={look.says} title={look.says} onClick={nextTheme}>
        <Icon name={look.icon} />
      </button>
      <button type="button" class="quiet" aria-label="Sign out" title="Sign out" onClick={() => void signOut()}>
        <Icon name="leave" />
      </button>
    </footer>
  );
}

export function Sidebar() {
  const side = useRef<HTMLElement>(null);
  const close = () => {
    drawer.value = false;
  };

  useEffect(close, [place.value]);
  useEffect(() => {
    if (!drawer.value) return;
    side.current?.querySelector<HTMLElement>('a, button')?.focus();
    const escape = (event: KeyboardEvent) => event.key === 'Escape' && close();
    window.addEventListener('keydown', escape);
    return () => window.removeEventListener('keydown', escape);
  }, [drawer.value]);

  return (
    <>
      <div class={drawer.value ? 'scrim shown' : 'scrim'} onClick={close} />
      <aside ref={side} class={drawer.value ? 'side shown' : 'side'} aria-label="Your conversations">
        <header class="side-head">
          <a class="brand" href="/" aria-label="Palaver, start page">
            <Logo />
            <span>Palaver</span>
          </a>
          <button type="button" class="quiet only-narrow" aria-label="Close the list" onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        <a class="button new-chat" href="/">
          <Icon name="plus" size={16} />
          New chat
        </a>
        <SessionList current={place.value} onGone={id => id === place.value && go('/')} />
        <Foot />
      </aside>
    </>
  );
}

// Light, dark, or as the system has it; remembered in this browser.

import { effect, signal } from '@preact/signals';

import { recall, remember } from '@/kit/remembered';

const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const kept = THEMES.find(theme => theme === recall('theme'));
export const theme = signal<Theme>(kept ?? 'system');

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
  remember('theme', theme.value === 'system' ? '' : theme.value);
});

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system';
}

// Where the page begins.

import './styles/tokens.css';
import './styles/controls.css';
import './styles/layout.css';
import './styles/middle.css';
import './styles/thread.css';
import './styles/calls.css';
import './styles/cards.css';
import './styles/context.css';
import './styles/entries.css';
import './styles/account.css';
import './styles/attached.css';
import './styles/care.css';
import './styles/markdown.css';

import { render } from 'preact';

import { watchArrivals } from '@/features/identity/arrived';
import { watchInvitations } from '@/features/members/invited';

import { App } from './App';
import { watchPlace } from './place';

const root = document.getElementById('app');
if (root) {
  watchInvitations();
  watchArrivals();
  watchPlace();
  render(<App />, root);
}

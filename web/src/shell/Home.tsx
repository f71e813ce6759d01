// The start page: a first message makes a session.

import { useState } from 'preact/hooks';

import { wordsFor } from '@/core/request';
import { chosenAgent, commands, firstMode, matching } from '@/features/agents/offers';
import { AgentPicker, ModePicker } from '@/features/agents/Pickers';
import { ModelPicker } from '@/features/inference/ModelPicker';
import { putBack } from '@/features/runs/attaching/attaching';
import { HelpLink } from '@/features/runs/care/HelpPanel';
import { Composer } from '@/features/runs/Composer';
import type { Said } from '@/features/runs/conversation';
import { create } from '@/features/sessions/list';
import { remember } from '@/kit/remembered';

import { Logo } from './Logo';
import { hold } from './opened';
import { go } from './place';

const BEGINNINGS = ['What can Palaver do?', 'How do I connect a model?', 'Where are my conversations kept?'];

export function Home() {
  const [error, setError] = useState<string | null>(null);
  const [starting, setStarting] = useState(false);
  const [tries, setTries] = useState(0);

  const begin = async (said: Said) => {
    setStarting(true);
    setError(null);
    try {
      const session = await create();
      const saying = hold(session.id).say(said, {
        ...(firstMode.value !== 'default' && { permission_mode: firstMode.value }),
        ...(chosenAgent.value && { agent: chosenAgent.value }),
      });
      go(`/c/${session.id}`);
      await saying;
    } catch (thrown) {
      setError(wordsFor(thrown));
      // The words go back to where they were written.
      remember('draft.new', said.text);
      putBack('new', said.attachments);
      setTries(tries + 1);
      setStarting(false);
    }
  };

  return (
    <div class="home">
      <div class="hero">
        <Logo size={72} />
        <h1>What shall we talk through?</h1>
      </div>
      {error && (
        <p class="alert" role="alert">
          {error}
        </p>
      )}
      <Composer
        key={tries}
        draft="new"
        busy={starting}
        commandsFor={text => matching(commands.value, text)}
        onSend={said => void begin(said)}
        onStop={() => {}}
      >
        <ModelPicker />
        <AgentPicker />
        <ModePicker mode={firstMode.value} onChange={mode => (firstMode.value = mode)} />
      </Composer>
      <ul class="beginnings" aria-label="Ways to begin">
        {BEGINNINGS.map(text => (
          <li key={text}>
            <button
              type="button"
              class="chip"
              disabled={starting}
              onClick={() => void begin({ text, attachments: [] })}
            >
              {text}
            </button>
          </li>
        ))}
      </ul>
      <p class="foot-hint">
        <HelpLink />
      </p>
    </div>
  );
}

// One's own account: where it is signed in, how one signs in, its keys, and what bounds it.

import { useState } from 'preact/hooks';

import { setPassword } from '@/core/account';
import { wordsFor } from '@/core/request';
import { Panel } from '@/kit/Panel';

import { Consents } from './Consents';
import { Devices } from './Devices';
import { Keys } from './Keys';
import { Limits } from './Limits';
import { SecondFactor } from './SecondFactor';
import { Fields, Section } from './Section';

function Password() {
  const [changing, setChanging] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const send = async (field: (name: string) => string) => {
    setTrouble(null);
    try {
      await setPassword(field('current'), field('fresh'));
      setSaid('The new password is set. Your other devices are signed out.');
      setChanging(false);
    } catch (thrown) {
      setTrouble(wordsFor(thrown));
    }
  };
  return (
    <Section title="Password" trouble={trouble}>
      {said && (
        <p class="hint" role="status">
          {said}
        </p>
      )}
      {changing ? (
        <Fields act="Set it" onEnd={() => setChanging(false)} onSend={send}>
          <label>
            Your password, if you have one
            <input name="current" type="password" autocomplete="current-password" />
          </label>
          <label>
            New password
            <input name="fresh" type="password" autocomplete="new-password" required minLength={8} />
          </label>
        </Fields>
      ) : (
        <button type="button" class="button alone" onClick={() => setChanging(true)}>
          Change it
        </button>
      )}
    </Section>
  );
}

export function AccountPanel({ email, onClose }: { email: string | null; onClose: () => void }) {
  return (
    <Panel title="Account" onClose={onClose}>
      <p class="hint">{email}</p>
      <Devices />
      <Password />
      <SecondFactor />
      <Keys />
      <Limits />
      <Consents />
    </Panel>
  );
}

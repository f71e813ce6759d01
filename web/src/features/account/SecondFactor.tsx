// The second factor of one's account: set up with an authenticator, its backup codes, and its end.

import { useState } from 'preact/hooks';

import { beginTotp, confirmTotp, endSecondFactor, freshCodes, secondFactor } from '@/core/account';
import { useLoaded } from '@/core/loaded';
import { takeFocus } from '@/kit/focus';
import { QrCode } from '@/kit/QrCode';
import { ShownOnce } from '@/kit/ShownOnce';

import { Fields, Section } from './Section';

type Doing = 'nothing' | 'beginning' | 'ending' | 'renewing' | { secret: string; uri: string };

const Password = () => (
  <label>
    Your password, if you have one
    <input name="password" type="password" autocomplete="current-password" ref={takeFocus} />
  </label>
);

const Code = ({ first = false }: { first?: boolean }) => (
  <label>
    Code
    <input name="code" autocomplete="one-time-code" inputMode="numeric" required ref={first ? takeFocus : null} />
  </label>
);

export function SecondFactor() {
  const { found, trouble, absent, attempt } = useLoaded(secondFactor);
  const [doing, setDoing] = useState<Doing>('nothing');
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  if (absent) return null;
  const stop = () => setDoing('nothing');
  const take = (deed: () => Promise<readonly string[] | void>) =>
    attempt(async () => {
      setCodes((await deed()) ?? null);
      stop();
    });
  return (
    <Section title="Second factor" trouble={trouble}>
      {found && (
        <p class="hint">
          {found.enabled
            ? `Signing in asks for a code. ${found.backup_codes_left} backup codes are left.`
            : 'An authenticator on your telephone shows a code that signing in asks for.'}
        </p>
      )}
      {codes && (
        <ShownOnce
          says="Your backup codes: each signs you in once, should your telephone be gone."
          words={codes.join('\n')}
          onKept={() => setCodes(null)}
        />
      )}
      {doing === 'nothing' && found && (
        <div class="row">
          {!found.enabled && (
            <button type="button" class="button" onClick={() => setDoing('beginning')}>
              Set it up
            </button>
          )}
          {found.enabled && (
            <>
              <button type="button" class="button" onClick={() => setDoing('renewing')}>
                New backup codes
              </button>
              <button type="button" class="button" onClick={() => setDoing('ending')}>
                Turn it off
              </button>
            </>
          )}
        </div>
      )}
      {doing === 'beginning' && (
        <Fields
          act="Go on"
          onEnd={stop}
          onSend={field => attempt(async () => setDoing(await beginTotp(field('password'))))}
        >
          <Password />
        </Fields>
      )}
      {typeof doing === 'object' && (
        <Fields act="Confirm" onEnd={stop} onSend={field => take(() => confirmTotp(field('code').replace(/\s/g, '')))}>
          <p>Scan this with your authenticator, then type the code that it shows.</p>
          <QrCode text={doing.uri} label="The key for your authenticator" />
          <p class="hint">
            Or type the key: <code>{doing.secret}</code>
          </p>
          <Code first />
        </Fields>
      )}
      {doing === 'renewing' && (
        <Fields act="Make them" onEnd={stop} onSend={field => take(() => freshCodes(field('code').replace(/\s/g, '')))}>
          <Code first />
        </Fields>
      )}
      {doing === 'ending' && (
        <Fields
          act="Turn it off"
          onEnd={stop}
          onSend={field => take(() => endSecondFactor(field('password'), field('code').replace(/\s/g, '')))}
        >
          <Password />
          <Code />
        </Fields>
      )}
    </Section>
  );
}

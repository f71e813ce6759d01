// The door: signing in, with a code where one is wanted, and what leads there without an account or a password.

import { useEffect, useState } from 'preact/hooks';

import {
  type CameIn,
  type Config,
  forgotPassword,
  oidcAddress,
  readConfig,
  register,
  resetPassword,
  sendAgain,
  verify,
} from '@/core/account';
import { takeFocus } from '@/kit/focus';

import { arrived } from './arrived';
import { Email, Form, NewPassword } from './Form';
import { come, recognise, signIn, signInByCode } from './who';

type Step =
  | { at: 'in' | 'register' | 'forgot'; trouble?: string }
  | { at: 'reset' | 'verify' | 'code'; token: string }
  | { at: 'told'; says: string; email?: string };

interface StepProps {
  onStep: (step: Step) => void;
}

const FAILED = 'Signing in there did not work. Try again, or ask whoever runs this server.';
const CONFIRM = 'We have sent you a letter. Follow its link to confirm your address.';

function begin(): Step {
  const found = arrived.peek();
  if (found?.kind === 'register') return { at: 'register' };
  if (found?.kind === 'reset' || found?.kind === 'verify') return { at: found.kind, token: found.word };
  return found ? { at: 'in', trouble: FAILED } : { at: 'in' };
}

/** Goes where the answer leads; who is in is shown the page by somebody else. */
function follow(answer: CameIn, email: string, onStep: StepProps['onStep']): void {
  if (answer.status === 'second_factor') onStep({ at: 'code', token: answer.token });
  else if (answer.status === 'verify_email') onStep({ at: 'told', says: CONFIRM, email });
  else arrived.value = null;
}

function To({ says, onGo }: { says: string; onGo: () => void }) {
  return (
    <button type="button" class="link" onClick={onGo}>
      {says}
    </button>
  );
}

function In({ config, trouble, onStep }: StepProps & { config: Config; trouble: string | undefined }) {
  return (
    <Form
      title="Come, sit down"
      says="Sign in to your conversations."
      act="Sign in"
      acting="Signing in…"
      trouble={trouble ?? null}
      onSend={async field => follow(await signIn(field('email'), field('password')), field('email'), onStep)}
      more={
        <>
          {(config.oidc ?? []).map(one => (
            <a key={one.id} class="button" href={oidcAddress(one.id)}>
              Sign in with {one.name}
            </a>
          ))}
          {config.password_reset && <To says="I forgot my password" onGo={() => onStep({ at: 'forgot' })} />}
          {config.registration === 'open' && <To says="Make an account" onGo={() => onStep({ at: 'register' })} />}
          <p class="hint">
            Is this your own machine? <code>palaver serve</code> prints a link that signs you in without a password.
          </p>
        </>
      }
    >
      <Email />
      <label>
        Password
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
    </Form>
  );
}

function Code({ token, onStep }: StepProps & { token: string }) {
  return (
    <Form
      title="One more thing"
      says="Type the code that your authenticator shows, or one of your backup codes."
      act="Go on"
      acting="Looking…"
      onSend={async field => follow(await signInByCode(token, field('code').replace(/\s/g, '')), '', onStep)}
      more={<To says="Back" onGo={() => onStep({ at: 'in' })} />}
    >
      <label>
        Code
        <input
          name="code"
          autocomplete="one-time-code"
          autocapitalize="off"
          spellcheck={false}
          required
          ref={takeFocus}
        />
      </label>
    </Form>
  );
}

function Register({ onStep }: StepProps) {
  const invitation = arrived.value?.kind === 'register' ? arrived.value.word : null;
  const send = async (field: (name: string) => string) => {
    const wish = { email: field('email'), password: field('password') };
    const more = { ...(field('name') && { name: field('name') }), ...(invitation && { invitation }) };
    follow(await come(await register({ ...wish, ...more })), wish.email, onStep);
  };
  return (
    <Form
      title="Make an account"
      says={invitation ? 'You were invited to this server.' : 'You need an address and a password.'}
      act="Make it"
      acting="Making it…"
      onSend={send}
      more={<To says="I have an account" onGo={() => onStep({ at: 'in' })} />}
    >
      <label>
        Name
        <input name="name" autocomplete="name" maxLength={200} />
      </label>
      <Email />
      <NewPassword />
    </Form>
  );
}

function Forgot({ onStep }: StepProps) {
  return (
    <Form
      title="A new password"
      says="Type your address. If there is an account with it, a link is sent there."
      act="Send the link"
      acting="Sending…"
      onSend={async field => {
        await forgotPassword(field('email'));
        onStep({ at: 'told', says: 'If there is an account with this address, a link is on its way.' });
      }}
      more={<To says="Back" onGo={() => onStep({ at: 'in' })} />}
    >
      <Email />
    </Form>
  );
}

function Reset({ token, onStep }: StepProps & { token: string }) {
  return (
    <Form
      title="A new password"
      says="It ends every sign-in of this account, also on your other devices."
      act="Set it"
      acting="Setting it…"
      onSend={async field => {
        await resetPassword(token, field('password'));
        await recognise(); // it ended this browser's sign-in, too
        onStep({ at: 'told', says: 'The new password is set. Sign in with it.' });
      }}
    >
      <NewPassword />
    </Form>
  );
}

function Verify({ token, onStep }: StepProps & { token: string }) {
  return (
    <Form
      title="Confirm your address"
      says="Then your account is ready."
      act="Confirm"
      acting="Confirming…"
      onSend={async () => follow(await come(await verify(token)), '', onStep)}
      more={<To says="Back" onGo={() => onStep({ at: 'in' })} />}
    />
  );
}

function Told({ says, email, onStep }: StepProps & { says: string; email: string | undefined }) {
  const [again, setAgain] = useState(false);
  return (
    <div class="sign-in">
      <h1>Palaver</h1>
      <p class="soft" role="status">
        {says}
      </p>
      {email && !again && <To says="Send it again" onGo={() => void sendAgain(email).then(() => setAgain(true))} />}
      {again && <p class="hint">It was sent again.</p>}
      <button type="button" class="button" onClick={() => onStep({ at: 'in' })}>
        Sign in
      </button>
    </div>
  );
}

export function SignIn() {
  const [step, setStep] = useState<Step>(begin);
  const [config, setConfig] = useState<Config>({});
  useEffect(() => void readConfig().then(setConfig, () => {}), []);
  // Somebody may follow a link while the page is open.
  useEffect(() => arrived.subscribe(found => found && setStep(begin())), []);
  const onStep = (next: Step) => {
    if (next.at !== 'code' && next.at !== 'register') arrived.value = null;
    setStep(next);
  };
  switch (step.at) {
    case 'in':
      return <In config={config} trouble={step.trouble} onStep={onStep} />;
    case 'code':
      return <Code token={step.token} onStep={onStep} />;
    case 'register':
      return <Register onStep={onStep} />;
    case 'forgot':
      return <Forgot onStep={onStep} />;
    case 'reset':
      return <Reset token={step.token} onStep={onStep} />;
    case 'verify':
      return <Verify token={step.token} onStep={onStep} />;
    case 'told':
      return <Told says={step.says} email={step.email} onStep={onStep} />;
  }
}

// The two forms of the dialog: each says at the field what is wrong with it.

import {Problem} from '../problem.js';
import {register, signIn} from '../session.js';
import {clock, t} from '../texts.js';
import {html, useEffect, useRef, useState} from '../ui.js';
import {Field} from './Field.js';

const shortest = 10; // characters of a password
const longest = 72; // bytes

/**
 * @typedef {Partial<Record<'name'|'email'|'password'|'form', string>>} Wrong
 * @typedef {{email: string, onEmail(email: string): void, onOther(): void}} FormProps
 */

/** @param {FormProps} props */
export function SignInForm({email, onEmail}) {
  const [password, setPassword] = useState('');
  const form = useForm(() => signIn(email.trim(), password), () => noEmail(email) ?? (password ? {} : {password: t.account.needPassword}));
  return html`
    <form noValidate onSubmit=${form.submit} ref=${form.element}>
      <${Field} first name="email" label=${t.account.email} type="email" autocomplete="username" value=${email} onValue=${onEmail} wrong=${form.wrong.email} />
      <${Field} name="password" label=${t.account.password} type="password" autocomplete="current-password" value=${password}
        onValue=${setPassword} wrong=${form.wrong.password} />
      <${Submit} form=${form} text=${t.account.signIn} />
    </form>`;
}

/** @param {FormProps} props */
export function SignUpForm({email, onEmail, onOther}) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const form = useForm(() => register(name.trim(), email.trim(), password), () => ({
    ...name.trim() ? {} : {name: t.account.needName}, ...noEmail(email), ...badPassword(password),
  }));
  const taken = form.code === 'email_taken';
  return html`
    <form noValidate onSubmit=${form.submit} ref=${form.element}>
      <${Field} first name="name" label=${t.account.name} type="text" autocomplete="name" value=${name} onValue=${setName} wrong=${form.wrong.name} />
      <${Field} name="email" label=${t.account.email} type="email" autocomplete="username" value=${email} onValue=${onEmail} wrong=${form.wrong.email}>
        ${taken && html`<button type="button" class="plain" onClick=${onOther}>${t.account.signInInstead}</button>`}
      <//>
      <${Field} name="password" label=${t.account.password} type="password" autocomplete="new-password" value=${password}
        onValue=${setPassword} wrong=${form.wrong.password} hint=${t.account.passwordRule(shortest)} />
      <${Submit} form=${form} text=${t.account.signUp} />
    </form>`;
}

/** @param {string} email */
const noEmail = email => /^\S+@\S+$/.test(email.trim()) ? undefined : {email: t.account.needEmail};

/** @param {string} password */
function badPassword(password) {
  if ([...password].length < shortest) return {password: t.account.tooShort(shortest)};
  if (new TextEncoder().encode(password).length > longest) return {password: t.account.tooLong};
  return {};
}

/**
 * What a form is doing, and what was wrong with it.
 * @param {() => Promise<void>} send
 * @param {() => Wrong} check what is wrong before anything is sent
 */
function useForm(send, check) {
  const [state, setState] = useState(/** @type {{busy: boolean, wrong: Wrong, code: string, until: number}} */ ({busy: false, wrong: {}, code: '', until: 0}));
  const element = useRef(/** @type {HTMLFormElement|null} */ (null));
  const alive = useRef(true);
  useEffect(() => () => { alive.current = false; }, []);
  useEffect(() => {
    /** @type {HTMLElement|null|undefined} */ (element.current?.querySelector('[aria-invalid=true]'))?.focus();
  }, [state]);
  const submit = async (/** @type {SubmitEvent} */ e) => {
    e.preventDefault();
    if (state.busy || state.until > Date.now()) return;
    const wrong = check();
    if (Object.values(wrong).some(Boolean)) return setState({busy: false, wrong, code: '', until: 0});
    setState({busy: true, wrong: {}, code: '', until: 0});
    try {
      await send();
    } catch (err) {
      if (!(err instanceof Problem)) throw err;
      const until = err.status === 429 || err.status === 503 ? Date.now() + Math.max(err.retryAfter, 1) * 1000 : 0;
      if (alive.current) setState({busy: false, wrong: wrongOf(err), code: err.code, until});
    }
  };
  return {...state, submit, element, rest: () => setState(s => ({...s, until: 0}))};
}

/**
 * Where a refusal belongs.
 * @param {Problem} p
 * @returns {Wrong}
 */
function wrongOf(p) {
  switch (p.code) {
    case 'invalid_credentials': return {password: t.account.wrongPassword};
    case 'email_taken': return {email: t.account.emailTaken};
    case 'invalid_email': return {email: t.account.needEmail};
    case 'weak_password': return {password: p.detail};
    case 'invalid_value': return {name: p.detail};
    case 'rate_limited': return {form: t.account.tooOften};
    default: return {form: p.status === 503 ? t.errors.unavailable : p.detail};
  }
}

/** @param {{form: ReturnType<typeof useForm>, text: string}} props */
function Submit({form, text}) {
  const {until, rest} = form;
  const [, redraw] = useState({});
  useEffect(() => {
    if (until === 0) return undefined;
    const timer = setInterval(() => until > Date.now() ? redraw({}) : rest(), 500);
    return () => clearInterval(timer);
  }, [until]);
  const left = (until - Date.now()) / 1000;
  return html`
    <div role="alert">${form.wrong.form && html`<p class="notice bad">${form.wrong.form}</p>`}</div>
    <div class="actions">
      <button class="primary wide-button" disabled=${form.busy || left > 0}>
        ${form.busy ? t.account.oneMoment : left > 0 ? t.account.waitFor(clock(left)) : text}
      </button>
    </div>`;
}

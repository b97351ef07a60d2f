import { giveUp, isAsking, signIn } from './access.js';
import { html, useEffect, useRef, useState } from './html.js';
import { words } from './language.js';
import { route } from './router.js';
import { useStore } from './store.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/** Asks for the password; opened by whatever needs it. */
export function SignInDialog() {
  const isOpen = useStore(isAsking);
  const dialog = useRef();
  const [error, setError] = useState('');
  const [isBusy, setBusy] = useState(false);

  const { name } = useStore(route);

  // Who goes elsewhere does not want what it was for.
  useEffect(giveUp, [name]);
  useEffect(() => {
    if (isOpen) {
      setError('');
      dialog.current.showModal();
    } else dialog.current.close();
  }, [isOpen]);

  async function submit(event) {
    event.preventDefault();
    if (isBusy) return;
    const form = event.currentTarget;
    setBusy(true);
    setError('');
    try {
      await signIn(form.elements.password.value);
      form.reset();
    } catch (problem) {
      setError(problem.message);
      form.elements.password.select();
    }
    setBusy(false);
  }

  return html`<dialog ref=${dialog} class="card sign-in" aria-labelledby="sign-in-title" onCancel=${giveUp} onClose=${giveUp}>
    <form onSubmit=${submit}>
      <h2 id="sign-in-title">${t.signIn}</h2>
      <p class="hint">${t.signInWhy}</p>
      <input class="visually-hidden" type="text" name="username" autocomplete="username" value="pipit" tabindex="-1" aria-hidden="true" readonly />
      <label for="sign-in-password">${t.password}</label>
      <input id="sign-in-password" name="password" type="password" autocomplete="current-password" required autofocus
        aria-describedby="sign-in-error" aria-invalid=${error === '' ? undefined : 'true'} />
      <p id="sign-in-error" class="answer" role="alert" data-tone="bad">${error}</p>
      <p class="buttons">
        <button type="button" onClick=${giveUp}>${t.cancel}</button>
        <button class="main" type="submit" aria-disabled=${isBusy}>${t.signIn}</button>
      </p>
    </form>
  </dialog>`;
}

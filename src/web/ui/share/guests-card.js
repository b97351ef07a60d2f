import { access } from '../access.js';
import { getGuests, makeGuest, removeGuest } from '../api.js';
import { html, useEffect, useState } from '../html.js';
import { dateTime, fill, words } from '../language.js';
import { useStore } from '../store.js';
import { CopyField } from './copy-field.js';
import { QrCode } from './qr-code.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const HOURS = { 3: t.hours3, 24: t.day, 168: t.week, 720: t.month };

/** Links for guests, that end by themselves. @param page its address without a slash at its end */
export function GuestsCard({ page }) {
  const who = useStore(access);
  const [guests, setGuests] = useState();
  const [made, setMade] = useState();
  const [problem, setProblem] = useState('');
  const isSignedIn = who?.signed_in === true;

  const attempt = async (work) => {
    setProblem('');
    try {
      await work();
      setGuests((await getGuests()).guests);
    } catch (error) {
      setProblem(error.message);
    }
  };
  useEffect(() => {
    if (isSignedIn) void attempt(async () => {});
    else setGuests(undefined);
  }, [isSignedIn]);

  const make = (event) => {
    event.preventDefault();
    const { guest, hours } = event.currentTarget.elements;
    void attempt(async () => {
      setMade(await makeGuest(guest.value, Number(hours.value)));
      guest.value = '';
    });
  };
  const remove = (id) =>
    attempt(async () => {
      await removeGuest(id);
      if (made?.id === id) setMade(undefined);
    });

  return html`<section class="card" aria-labelledby="guests-title">
    <h2 id="guests-title">${t.guests}</h2>
    <p class="hint">${t.guestsWhy} ${who?.listeners === 'open' ? t.guestsOpen : ''}</p>
    <form class="guest-form" onSubmit=${make}>
      <label for="guest">${t.guestName}</label>
      <input id="guest" name="guest" required maxlength="64" autocomplete="off" placeholder=${t.guestExample} />
      <label for="guest-hours">${t.guestFor}</label>
      <select id="guest-hours" name="hours">
        ${Object.entries(HOURS).map(([hours, text]) => html`<option key=${hours} value=${hours} selected=${hours === '24'}>${text}</option>`)}
      </select>
      <button class="main" type="submit">${t.guestMake}</button>
    </form>
    <p class="answer" role="alert" data-tone="bad">${problem}</p>
    ${
      made !== undefined &&
      html`<div class="made" role="status">
        <${QrCode} text=${page + made.path} label=${fill(t.guestCode, { name: made.name })} />
        <div>
          <p>${fill(t.guestMade, { name: made.name, time: dateTime(made.expires_ms) })}</p>
          <${CopyField} id="guest-link" label=${t.guestLink} text=${page + made.path} />
        </div>
      </div>`
    }
    ${
      guests !== undefined &&
      guests.length > 0 &&
      html`<ul class="list" aria-label=${t.guests}>
        ${guests.map(
          ({ id, name, expires_ms }) => html`<li key=${id}>
            <span><strong>${name}</strong> <span class="hint">${fill(t.until, { time: dateTime(expires_ms) })}</span></span>
            <button type="button" aria-label=${fill(t.removeNamed, { name })} onClick=${() => remove(id)}>${t.remove}</button>
          </li>`,
        )}
      </ul>`
    }
  </section>`;
}

// Which view is open: the part of the address behind the #. Views are loaded when they are opened for the first time.

import { Store } from './store.js';

/**
 * A view is a folder beside this file: view.js exports the component `View`, style.css is linked with it. Its heading is
 * an h1 with tabindex="-1", which gets the focus when the view is opened.
 */
const VIEWS = ['now', 'health', 'settings', 'share', 'log', 'welcome'];
const HOME = 'now';

/** `name` of the view, `View`: its component; undefined while it is loaded; `failed`: it could not be. `rest`: the path behind its name. */
export const route = new Store({ name: HOME, rest: '', View: undefined, failed: false });

const loaded = new Map();
let count = 0;

/** Follows the address. */
export function startRouter() {
  window.addEventListener('hashchange', () => void open());
  return open();
}

/** The address of a view, for links. */
export function addressOf(name, rest = '') {
  return name === HOME && rest === '' ? '#/' : `#/${name}${rest === '' ? '' : `/${rest}`}`;
}

export function goTo(name, rest) {
  location.hash = addressOf(name, rest);
}

async function open() {
  const { hash } = location;
  // A place in the page, not a view.
  if (hash !== '' && !hash.startsWith('#/') && route.value.View !== undefined) return;
  const [wanted = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  const name = VIEWS.includes(wanted) ? wanted : HOME;
  const at = { name, rest: rest.join('/') };
  count += 1;
  const own = count;
  const known = loaded.get(name);
  if (known === undefined) route.set({ ...at, View: undefined, failed: false });
  try {
    const View = known ?? (await load(name));
    if (own === count) route.set({ ...at, View, failed: false });
  } catch {
    if (own === count) route.set({ ...at, View: undefined, failed: true });
  }
}

async function load(name) {
  const [{ View }] = await Promise.all([
    import(`./${name}/view.js`),
    linked(new URL(`./${name}/style.css`, import.meta.url)),
  ]);
  loaded.set(name, View);
  return View;
}

/** Resolves when the style sheet is in effect: nothing is shown unstyled. */
export function linked(url) {
  const { pathname } = url;
  const links = [...document.querySelectorAll('link[rel=stylesheet]')];
  if (links.some((link) => new URL(link.href).pathname === pathname)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: pathname });
    link.addEventListener('load', resolve);
    link.addEventListener('error', () => {
      link.remove();
      reject(new Error(`${pathname} could not be loaded`));
    });
    document.head.append(link);
  });
}

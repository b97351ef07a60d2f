// What views are made with: html`<p>…</p>` makes preact's nodes, without a compiler.

import htm from './vendor/htm.js';
import { h } from './vendor/preact.js';

export {
  useCallback,
  useContext,
  useEffect,
  useErrorBoundary,
  useId,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from './vendor/hooks.js';
export { createContext, Fragment, render } from './vendor/preact.js';

export const html = htm.bind(h);

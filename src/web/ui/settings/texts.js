import { words } from '../language.js';
import { WORDS as KEYS } from './keys/words.js';
import { WORDS } from './words.js';

/** What the view says, and what it calls settings: `source.gain_db`, `source.gain_db?` explains it, `auth.listeners=open` is a choice. */
export const t = { ...words(KEYS), ...words(WORDS) };

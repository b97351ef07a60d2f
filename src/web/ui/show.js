// Writing to the page.

export const $ = (id) => document.getElementById(id);

/** Screen readers speak a live region whenever it is written to, changed or not. */
export function show(id, text) {
  const element = $(id);
  if (element.textContent !== text) element.textContent = text;
}

export function showIfAny(id, text) {
  $(id).hidden = text === '';
  show(id, text);
}

/** An answer in place, after something was done; `bad` stands out. */
export function answerWith(id, text, tone = '') {
  show(id, text);
  $(id).dataset.tone = tone;
}

// What the browser knows of its own connection (Network Information API); most do not tell.

const { connection } = navigator;

/** As the test of a link takes it along; only what is known, undefined when that is nothing. */
export function connectionHint() {
  if (connection === undefined) return undefined;
  const { type, effectiveType, downlink, rtt, saveData } = connection;
  const hint = { type, effective_type: effectiveType, downlink_mbps: downlink, rtt_ms: rtt, save_data: saveData };
  const known = Object.entries(hint).filter(([, value]) => value !== undefined && value !== null);
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

/** The person has asked the browser to save data. */
export function savesData() {
  return connection?.saveData === true;
}

/** Another network, or the same one much faster or slower. */
export function onConnectionChange(tell) {
  connection?.addEventListener?.('change', tell);
  window.addEventListener('online', tell);
}

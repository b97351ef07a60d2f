/**
 * How to play the station elsewhere: a name, sentences and what to copy.
 * @param t words of the view; @param at `page`: address of the page without a slash at its end, `stream`: of the sound,
 *   `camera`: of the pictures, undefined without one, `name`: of the station
 */
export function recipesOf(t, { page, stream, camera, name }) {
  const mp3 = `${stream}.mp3`;
  return [
    { id: 'radio', title: t.radio, text: t.radioHow, copies: [[t.address, `${stream}.m3u`, 1]] },
    {
      id: 'sonos',
      title: t.sonos,
      text: t.sonosHow,
      copies: [
        [t.address, mp3, 1],
        [t.sonosAddress, `x-rincon-mp3radio://${mp3.replace(/^https?:\/\//, '')}`, 1],
      ],
    },
    { id: 'chromecast', title: t.chromecast, text: t.chromecastHow, copies: [[t.command, `catt cast ${mp3}`, 1]] },
    {
      id: 'home-assistant',
      title: t.homeAssistant,
      text: t.homeAssistantHow,
      copies: [[t.action, actionOf(mp3, name), 8], ...(camera === undefined ? [] : [[t.card, cardOf(camera), 3]])],
    },
    { id: 'computer', title: t.computer, text: t.computerHow, copies: [[t.command, `mpv ${stream}`, 1]] },
    { id: 'phone', title: t.phone, text: t.phoneHow, copies: [[t.address, `${page}/`, 1]] },
  ];
}

function actionOf(url, name) {
  return [
    'action: media_player.play_media',
    'target:',
    '  entity_id: media_player.kitchen',
    'data:',
    '  media:',
    `    media_content_id: ${JSON.stringify(url)}`,
    '    media_content_type: music',
    `    metadata: { title: ${JSON.stringify(name)} }`,
  ].join('\n');
}

function cardOf(camera) {
  return ['type: picture', `image: ${JSON.stringify(`${camera}.mjpg`)}`, 'tap_action: { action: none }'].join('\n');
}

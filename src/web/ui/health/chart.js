import { html, useEffect, useRef } from '../html.js';
import { dateTime } from '../language.js';
import { linked } from '../router.js';
import UPlot from '../vendor/uplot.js';

const HEIGHT = 96;
const COLORS = ['--accent', '--mid', '--soft'];
const FONT = '11px system-ui, sans-serif';
/** Of the axis on the left, and of the one below. */
const AXIS = { left: 46, below: 25 };

const styled = linked(new URL('../vendor/uplot.css', import.meta.url));

/**
 * An hour as lines. It is drawn when its values change and somebody can see it.
 * @param label what a screen reader is told in place of the picture
 * @param times milliseconds; fromMs: where the picture begins; series: [{ values }] beside the times
 * @param range [lowest, highest] that is shown at least
 * @param format makes the text at the left of a value
 */
export function Chart({ label, times, fromMs, series, range, format }) {
  const box = useRef();
  const chart = useRef({}).current;
  Object.assign(chart, { times, fromMs, series, range, format });

  useEffect(() => {
    const seen = new IntersectionObserver(([entry]) => {
      chart.isSeen = entry.isIntersecting;
      draw(chart);
    });
    const sized = new ResizeObserver(([entry]) =>
      chart.plot?.setSize({ width: widthOf(entry.target), height: HEIGHT }),
    );
    const colors = matchMedia('(prefers-color-scheme: dark)');
    const recolor = () => chart.plot?.redraw();
    let isGone = false;
    void styled.then(() => {
      if (isGone) return;
      chart.plot = new UPlot(optionsOf(chart, widthOf(box.current)), dataOf(chart), box.current);
      seen.observe(box.current);
      sized.observe(box.current);
    });
    colors.addEventListener('change', recolor);
    return () => {
      isGone = true;
      seen.disconnect();
      sized.disconnect();
      colors.removeEventListener('change', recolor);
      chart.plot?.destroy();
      chart.plot = undefined;
    };
  }, [series.length]);

  useEffect(() => draw(chart));

  return html`<div class="chart" role="img" aria-label=${label} ref=${box}></div>`;
}

function draw(chart) {
  if (chart.isSeen && document.visibilityState === 'visible') chart.plot?.setData(dataOf(chart));
}

function dataOf({ times, series }) {
  return [times.map((timeMs) => timeMs / 1000), ...series.map(({ values }) => values)];
}

function widthOf(element) {
  return Math.max(120, Math.floor(element.clientWidth));
}

function optionsOf(chart, width) {
  const axis = { stroke: () => color('--soft'), font: FONT, ticks: { show: false }, gap: 4 };
  const grid = { stroke: () => color('--line'), width: 1 };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 4, 0, 0],
    scales: {
      x: { range: (_, least, most) => [least, most] },
      y: { range: (_, least, most) => rangeOf(chart, least, most) },
    },
    axes: [
      {
        ...axis,
        gap: 7,
        grid: { show: false },
        size: AXIS.below,
        space: 80,
        values: (_, seconds) => seconds.map(timeText),
      },
      { ...axis, grid, size: AXIS.left, space: 28, values: (_, values) => values.map((value) => chart.format(value)) },
    ],
    series: [{}, ...chart.series.map((_, index) => lineOf(COLORS[index % COLORS.length]))],
  };
}

function lineOf(name) {
  return { stroke: () => color(name), width: 1.5, points: { show: false } };
}

function rangeOf({ range: [low, high] }, least, most) {
  // Above what goes beyond there is some room.
  return [Math.min(low, least ?? low), most > high ? most + (most - low) * 0.1 : high];
}

function timeText(seconds) {
  return dateTime(seconds * 1000, { hour: '2-digit', minute: '2-digit' });
}

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name);
}

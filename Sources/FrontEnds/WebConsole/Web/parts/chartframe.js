// What all charts over time have in common: their margins, the axis of time, and whether the newest period is whole.
import { day, shortClock } from '../core/time.js';

const daySpan = 86_400_000;

/** The plot's margins in pixels; fixed, so that panels of one width share one time scale. */
export const margins = { left: 52, right: 14, top: 10, bottom: 24 };

/** Rows of a heat map are named at the left. */
export const heatMargins = { ...margins, left: 132 };

/** A second axis takes the same room as the first. */
export const marginsOf = data => data.shape === 'heat' ? heatMargins : data.series.some(({ isRight }) => isRight) ? { ...margins, right: margins.left } : margins;

/** Whether the newest period is still filling. */
export const isFilling = ({ times, period, window }) => times.length > 0 && times.at(-1) + period * 1000 > window.now;

/** Time from edge to edge of the window. */
export const timeAxis = (data, colors) => ({
    type: 'time', min: data.window.from, max: data.window.to, splitNumber: 4,
    axisLine: { lineStyle: { color: colors.line } }, axisTick: { show: false }, splitLine: { show: false },
    axisLabel: {
        color: colors.axis, fontSize: 11, hideOverlap: true, showMinLabel: false, showMaxLabel: false,
        formatter: time => data.window.to - data.window.from > 2 * daySpan ? day(time) : shortClock(time),
    },
});

// A heat map as ECharts options: a row a series, a cell a period, the colour by the root of its share of the largest value, so that
// small ones are still seen. Zero and nothing are told apart: zero has the palest colour, nothing has none.
import { quantity, visible } from '../core/format.js';
import { heatMargins, timeAxis } from './chartframe.js';

export const heatSteps = 6;

/** Which step of the ramp a value has, from 0; values below zero have the first. */
export const heatStep = (value, most) => most <= 0 ? 0 : Math.min(heatSteps - 1, Math.floor(Math.sqrt(Math.max(0, value) / most) * heatSteps));

/** @param {import('./chartoptions.js').ChartData} data; @param {Record<string, string>} colors */
export function heatOptions(data, colors) {
    const rows = data.series, most = rows.reduce((best, { values }) => values.reduce((top, value) => Math.max(top, value ?? 0), best), 0), step = data.period * 1000;
    const cells = rows.flatMap(({ values }, row) => values.flatMap((value, index) => value === null || value === undefined ? [] : [[data.times[index], row, value]]));
    return {
        animation: false, grid: { ...heatMargins, outerBoundsMode: 'none' }, xAxis: timeAxis(data, colors),
        yAxis: {
            type: 'category', data: rows.map(({ label }) => visible(label, 60)), axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false },
            axisLabel: { color: colors.axis, fontSize: 11, width: heatMargins.left - 12, overflow: 'truncate', hideOverlap: true },
        },
        series: [{
            type: 'custom', silent: true, animation: false, encode: { x: 0, y: 1 }, data: cells,
            renderItem(_, api) {
                const [x, y] = api.coord([api.value(0), api.value(1)]), [width, height] = api.size([step, 1]);
                const left = Math.max(heatMargins.left, x), right = Math.min(api.getWidth() - heatMargins.right, x + width);
                return right <= left ? null : {
                    type: 'rect', shape: { x: left, y: y - height / 2 + 0.5, width: Math.max(1, right - left - 1), height: Math.max(1, height - 1) },
                    style: { fill: colors[`heat-${heatStep(api.value(2), most)}`] },
                };
            },
        }],
    };
}

/** What the colours mean: from nothing to the largest value. */
export const heatScale = data => {
    const most = data.series.reduce((best, { values }) => values.reduce((top, value) => Math.max(top, value ?? 0), best), 0);
    const text = value => quantity(data.unit === 'Count' ? Math.ceil(value) : value, data.unit);
    return Array.from({ length: heatSteps }, (_, step) => ({ step, from: text((step / heatSteps) ** 2 * most) })).concat({ step: null, from: text(most) });
};

// Drawings of single figures: a big number with its line, bars, a pie, a gauge. Each says its figures in words as well.
import { h } from '../core/vue.js';
import { quantity, visible } from '../core/format.js';
import { latestIndex } from './chartoptions.js';

/** @typedef {{key: string, label: string, token: string, color?: string, value: number|null, values?: (number|null)[]}} Figure */

/** One figure a series of a chart: that of the newest complete period, else the newest there is. @param {import('./chartoptions.js').ChartData} data @returns {Figure[]} */
export const newestFigures = data => data.series.filter(({ isGhost }) => !isGhost).map(series => {
    const at = latestIndex(data, series);
    return { ...series, value: at < 0 ? series.values.findLast(value => value !== null && value !== undefined) ?? null : series.values[at] };
});

const own = figure => figure.color ? { '--own': figure.color } : null;
const text = (figure, unit) => figure.value === null ? 'no data' : quantity(figure.value, unit);

/** The shape of a series, a pixel of height a step of value; holes stay holes. Its place is kept until there are two figures. */
function sparkline({ values = [], token, color }) {
    const known = values.filter(value => value !== null && value !== undefined);
    if (values.length === 0) return null;
    const low = Math.min(...known, 0), high = Math.max(...known), span = high - low || 1;
    let path = '', isDrawing = false;
    if (known.length > 1) values.forEach((value, index) => {
        if (value === null || value === undefined) { isDrawing = false; return; }
        path += `${isDrawing ? 'L' : 'M'}${(index / (values.length - 1) * 100).toFixed(2)},${(30 - (value - low) / span * 28).toFixed(2)}`;
        isDrawing = true;
    });
    return h('svg', { class: ['sparkline', token], style: own({ color }), viewBox: '0 0 100 31', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, h('path', { d: path }));
}

export const bigNumbers = (figures, unit) => h('ul', { class: 'bignumbers' }, figures.map(figure => h('li', { key: figure.key }, [
    h('b', { class: { none: figure.value === null } }, figure.value === null ? '–' : quantity(figure.value, unit)), h('span', { class: 'meta' }, [h('i', { class: ['swatch', figure.token], style: own(figure) }), ' ', visible(figure.label, 120)]), sparkline(figure),
])));

export function barList(figures, unit) {
    const most = Math.max(1e-12, ...figures.map(({ value }) => Math.abs(value ?? 0)));
    return h('ul', { class: 'barlist' }, figures.map(figure => h('li', { key: figure.key }, [
        h('span', { class: 'label' }, visible(figure.label, 160)), h('b', text(figure, unit)),
        h('i', { class: 'well', 'aria-hidden': 'true' }, h('i', { class: ['fill', figure.token], style: { ...own(figure), width: `${Math.abs(figure.value ?? 0) / most * 100}%` } })),
    ])));
}

const legend = (figures, unit) => h('ul', { class: 'figurelegend' }, figures.map(figure => h('li', { key: figure.key }, [h('i', { class: ['swatch', figure.token], style: own(figure) }), h('span', visible(figure.label, 120)), h('b', text(figure, unit))])));

/** A point of a circle of radius 40 around 50, 50; 0 is at the top, 1 once around. */
const onCircle = (turn, radius = 40) => [50 + radius * Math.sin(turn * 2 * Math.PI), 50 - radius * Math.cos(turn * 2 * Math.PI)].map(value => value.toFixed(3)).join(',');

export function pie(figures, unit) {
    const shares = figures.filter(({ value }) => value > 0), sum = shares.reduce((total, { value }) => total + value, 0);
    let at = 0;
    const slices = shares.map(figure => {
        const from = at, part = figure.value / sum;
        at += part;
        // A whole circle has no arc from a point to itself.
        const d = part > 0.9999 ? 'M50,10 A40,40 0 1 1 49.99,10 Z' : `M50,50 L${onCircle(from)} A40,40 0 ${part > 0.5 ? 1 : 0} 1 ${onCircle(at)} Z`;
        return h('path', { key: figure.key, class: ['slice', figure.token], style: own(figure), d }, [h('title', `${visible(figure.label, 120)}: ${quantity(figure.value, unit)}, ${(part * 100).toFixed(1)} %`)]);
    });
    return h('div', { class: 'pie' }, [sum > 0 ? h('svg', { viewBox: '8 8 84 84', role: 'img', 'aria-label': 'Shares' }, slices) : h('p', { class: 'meta' }, 'No data in this time'), legend(figures, unit)]);
}

/** From a quarter past the bottom round to a quarter before it. */
export function gauge(figures, unit, { min, max }) {
    const arc = part => -0.375 + 0.75 * Math.min(1, Math.max(0, part)), path = (from, to) => `M${onCircle(arc(from))} A40,40 0 ${arc(to) - arc(from) > 0.5 ? 1 : 0} 1 ${onCircle(arc(to))}`;
    return h('div', { class: 'gauges' }, figures.map(figure => {
        const part = figure.value === null ? null : (figure.value - min) / (max - min || 1);
        return h('figure', { key: figure.key }, [
            h('svg', { viewBox: '4 4 92 82', role: 'img', 'aria-label': `${visible(figure.label, 120)}: ${text(figure, unit)}, on a scale from ${quantity(min, unit)} to ${quantity(max, unit)}` }, [
                h('path', { class: 'groove', d: path(0, 1) }), part === null || part <= 0 ? null : h('path', { class: ['needle', figure.token], style: own(figure), d: path(0, part) }),
                h('text', { x: 50, y: 54, class: 'value' }, figure.value === null ? '–' : quantity(figure.value, unit)), h('text', { x: 22, y: 85, class: 'end' }, quantity(min, unit)), h('text', { x: 78, y: 85, class: 'end' }, quantity(max, unit)),
            ]),
            h('figcaption', { class: 'meta' }, visible(figure.label, 120)),
        ]);
    }));
}

export const figureTable = (figures, unit) => h('table', { class: 'servicetable' }, [
    h('thead', h('tr', ['Name', 'Value'].map(name => h('th', { scope: 'col' }, name)))), h('tbody', figures.map(figure => h('tr', { key: figure.key }, [h('th', { scope: 'row' }, visible(figure.label, 160)), h('td', text(figure, unit))]))),
]);

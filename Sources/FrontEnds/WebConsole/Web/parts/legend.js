// What each line of a chart is: a row of names with their newest values, or a table with the figures of the whole range. Which of
// the two is one choice for all charts.
import { h } from '../core/vue.js';
import { quantity, visible } from '../core/format.js';
import { figures } from '../core/graph.js';
import { remembered } from '../core/memory.js';
import { latestIndex } from './chartoptions.js';

const setting = remembered('legend', 'names');
export const hasFigures = () => setting.value.value === 'figures';
export const switchLegend = () => setting.set(hasFigures() ? 'names' : 'figures');

/** The colour of a series where it is named: its token's, or the one that a dashboard asks for. */
export const swatch = series => h('i', { class: ['swatch', series.token, { ghost: series.isGhost }], style: series.color ? { '--own': series.color } : null });

/** @param {{data: import('./chartoptions.js').ChartData, hidden: Set<string>, onToggle: (key: string) => void, onOnly: (key: string) => void}} options */
export function legend({ data, hidden, onToggle, onOnly }) {
    const name = series => h('button', {
        type: 'button', key: series.key, class: { off: hidden.has(series.key) }, 'aria-pressed': String(!hidden.has(series.key)),
        title: `${visible(series.label, 300)}: show or hide; with Shift, only this one`, onClick: event => (event.shiftKey ? onOnly : onToggle)(series.key),
    }, [swatch(series), h('span', visible(series.label, 80)), hasFigures() ? null : h('b', newest(series))]);
    const newest = series => {
        const at = latestIndex(data, series);
        return at < 0 ? '–' : quantity(series.values[at], data.unit);
    };
    const thresholds = data.thresholds.filter(({ label }) => label).map(({ value, label }) => h('span', { class: 'threshold', title: visible(label, 300) }, [
        h('i', { class: 'swatch dashed alarm' }), h('span', visible(label, 60)), h('b', quantity(value, data.unit)),
    ]));
    if (!hasFigures()) return h('div', { class: 'legend' }, [...data.series.map(name), ...thresholds]);

    const row = series => {
        const known = figures(series.values), cell = value => h('td', known ? quantity(value, data.unit) : '–');
        return h('tr', { key: series.key }, [h('th', { scope: 'row' }, name(series)), cell(known?.least), cell(known?.most), cell(known?.mean), h('td', newest(series))]);
    };
    return h('div', { class: 'legend figures', tabindex: 0, role: 'region', 'aria-label': 'Figures of the lines' }, [
        h('table', [h('thead', h('tr', ['Series', 'Min', 'Max', 'Avg', 'Last'].map(title => h('th', { scope: 'col' }, title)))), h('tbody', data.series.map(row))]), ...thresholds,
    ]);
}

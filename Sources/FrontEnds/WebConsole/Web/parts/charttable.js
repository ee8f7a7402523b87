// The chart's twin as a table, for reading out, for exact values, and for who would rather have figures.
import { h } from '../core/vue.js';
import { quantity, visible } from '../core/format.js';
import { moment, shortClock } from '../core/time.js';
import { isFilling } from './chartframe.js';

/** Newest first; more rows than this are counted, not drawn. */
const rowsMax = 120;

/** @param {import('./chartoptions.js').ChartData} data */
export function chartTable(title, data) {
    const order = data.times.map((_, index) => index).reverse();
    const filling = isFilling(data) ? data.times.length - 1 : -1;
    return h('div', { class: 'charttable', tabindex: 0, role: 'region', 'aria-label': `${title} as a table` }, h('table', [
        h('thead', h('tr', [h('th', { scope: 'col' }, 'Time'), ...data.series.map(series => h('th', { scope: 'col' }, visible(series.label, 80)))])),
        h('tbody', [
            ...order.slice(0, rowsMax).map(index => h('tr', { key: data.times[index], class: { filling: index === filling } }, [
                h('th', { scope: 'row', title: moment(data.times[index]) }, shortClock(data.times[index]) + (index === filling ? ' (filling)' : '')),
                ...data.series.map(series => h('td', quantity(series.values[index] ?? null, data.unit))),
            ])),
            order.length > rowsMax ? h('tr', h('td', { colspan: data.series.length + 1 }, `and ${order.length - rowsMax} older rows`)) : null,
        ]),
    ]));
}

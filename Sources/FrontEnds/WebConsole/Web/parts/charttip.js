// What stands beside the cursor of a chart: the period, and each line's value in it, the largest first.
import { h } from '../core/vue.js';
import { quantity, visible } from '../core/format.js';
import { clock, moment } from '../core/time.js';
import { isFilling } from './chartframe.js';
import { swatch } from './legend.js';

const rowsMax = 16;

/** @param {{data: import('./chartoptions.js').ChartData, hidden: Set<string>, index: number, x: number, width: number}} options   `x` in pixels of a chart of `width` */
export function chartTip({ data, hidden, index, x, width }) {
    const isHeat = data.shape === 'heat', rows = data.series.filter(series => !hidden.has(series.key)).map(series => ({ series, value: series.values[index] ?? null }));
    // The rows of a heat map keep their order: they are steps of a scale.
    const ordered = isHeat ? rows.filter(({ value }) => value !== null && value !== 0).reverse() : rows.sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity));
    const filling = isFilling(data) && index === data.times.length - 1, isLeft = x > width / 2;
    return h('div', { class: 'tip', role: 'status', style: isLeft ? { right: `${width - x + 10}px` } : { left: `${x + 10}px` } }, [
        h('div', { class: 'meta' }, (data.period >= 3600 ? moment : clock)(data.times[index]) + (filling ? ' · still filling' : '')),
        ...ordered.slice(0, rowsMax).map(({ series, value }) => h('div', { class: 'row' }, [
            isHeat ? null : swatch(series), h('span', visible(series.label, 80)), h('b', value === null ? 'no data' : quantity(value, data.unit)),
        ])),
        ordered.length > rowsMax ? h('div', { class: 'meta' }, `and ${ordered.length - rowsMax} more`) : null,
    ]);
}

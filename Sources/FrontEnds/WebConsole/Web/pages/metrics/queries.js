// The queries of the graph, a row each: colour, what it is, its statistic, and the figures of what it gave.
import { h } from '../../core/vue.js';
import { quantity, visible } from '../../core/format.js';
import { figures, freeId, labelOf, queriesMax } from '../../core/graph.js';
import { dimensionText } from '../../core/metrics.js';
import { newestFigures } from '../../parts/figures.js';
import { icon } from '../../parts/icons.js';
import { MathField } from '../../parts/mathfield.js';

const statistics = ['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'tm99', 'IQM'];

/** `e1 = …` takes the queries before it by their ids. */
export function withExpression(queries) {
    const taken = new Set(queries.map(({ id }) => id)), shown = queries.filter(({ metric }) => metric).map(({ id }) => id);
    const expression = shown.length > 1 ? `${shown[0]} / ${shown[1]} * 100` : `RATE(${shown[0] ?? 'm1'})`;
    return [...queries, { id: freeId(taken, 'e'), expression }];
}

/**
 * @param {{queries: import('../../core/graph.js').GraphQuery[], data: import('../../parts/chartoptions.js').ChartData|null, error: import('../../core/api.js').ApiError|null, onChange: (queries: any[]) => void}} options
 */
export function queryTable({ queries, data, error, onChange }) {
    const series = data?.series ?? [], unit = data?.unit ?? 'None';
    const change = (index, part) => onChange(queries.map((query, at) => at === index ? { ...query, ...part } : query));

    function subject(query, index) {
        if (query.metric) return [h('bdi', { class: 'name' }, visible(query.metric.MetricName, 120)), h('span', { class: 'meta' }, [visible(query.metric.Namespace, 120), dimensionText(query.metric)].filter(Boolean).map(text => visible(text, 200)).join(' · '))];
        const others = queries.filter(({ id }) => id !== query.id).map(other => ({ id: other.id, label: labelOf(other, queries) }));
        return h(MathField, { id: query.id, value: query.expression, queries: others, error, onCommit: expression => change(index, { expression }) });
    }
    const statistic = (query, index) => query.metric ? h('input', {
        class: 'field stat', list: 'statistics', 'aria-label': `Statistic of ${query.id}`, value: query.stat, spellcheck: false,
        onChange: event => change(index, { stat: event.target.value.trim() || 'Average' }),
    }) : h('span', { class: 'meta' }, 'expression');

    function row(query, index) {
        const own = series.filter(entry => entry.id === query.id && !entry.isGhost), known = own.length === 1 ? figures(own[0].values) : null;
        // A period that is still filling is no figure yet.
        const one = known && { ...known, last: newestFigures({ ...data, series: own })[0].value };
        const figure = name => h('td', { class: 'number' }, own.length > 1 ? '' : one ? quantity(one[name], unit) : '–');
        return h('tr', { key: query.id, class: { off: query.isHidden } }, [
            h('td', h('button', {
                type: 'button', class: 'quiet swatchbutton', 'aria-pressed': String(!query.isHidden), title: query.isHidden ? 'Show it' : 'Hide it', 'aria-label': `${query.isHidden ? 'Show' : 'Hide'} ${query.id}`,
                onClick: () => change(index, { isHidden: !query.isHidden }),
            }, h('i', { class: ['swatch', own[0]?.token] }))),
            h('th', { scope: 'row' }, h('code', query.id)),
            h('td', { class: 'subject' }, subject(query, index)),
            h('td', statistic(query, index)),
            figure('least'), figure('mean'), figure('most'), figure('last'),
            h('td', { class: 'acts' }, [
                h('button', { type: 'button', class: 'quiet', title: 'Take it twice', 'aria-label': `Copy ${query.id}`, disabled: queries.length >= queriesMax, onClick: () => onChange([...queries, { ...query, id: freeId(new Set(queries.map(({ id }) => id)), query.metric ? 'm' : 'e') }]) }, icon('copy')),
                h('button', { type: 'button', class: 'quiet', title: 'Remove it', 'aria-label': `Remove ${query.id}`, onClick: () => onChange(queries.filter((_, at) => at !== index)) }, icon('close')),
            ]),
        ]);
    }
    return h('div', { class: 'querytable', tabindex: 0, role: 'region', 'aria-label': 'Table of queries' }, [
        h('datalist', { id: 'statistics' }, statistics.map(value => h('option', { value }))),
        h('table', [
            h('thead', h('tr', [h('td'), ...['Id', 'What', 'Statistic'].map(name => h('th', { scope: 'col' }, name)), ...['Min', 'Mean', 'Max', 'Last'].map(name => h('th', { scope: 'col', class: 'number' }, name)), h('td')])),
            h('tbody', queries.map(row)),
        ]),
    ]);
}

// Finding metrics: a namespace, then the dimensions they are split by, then the metrics themselves, each with a tick.
import { computed, h, ref } from '../../core/vue.js';
import { number, plural, visible } from '../../core/format.js';
import { seriesKey } from '../../core/metrics.js';
import { route, setQuery } from '../../core/router.js';
import { refresh } from '../../core/live.js';
import { awsCommand, Card, CopyButton } from '../../parts/card.js';
import { by, Table } from '../../parts/table.js';

const dimensionNames = metric => (metric.Dimensions ?? []).map(({ Name }) => Name).sort().join(', ');

/** How many entries have each answer of `key`, sorted by it. */
function counted(entries, key) {
    const counts = new Map();
    for (const entry of entries) counts.set(key(entry), (counts.get(key(entry)) ?? 0) + 1);
    return [...counts].sort(([a], [b]) => a.localeCompare(b));
}

export const Browse = {
    props: { live: { type: Object, required: true }, chosen: { type: Set, required: true } },
    emits: ['toggle'],
    setup(props, { emit }) {
        const text = ref('');
        const metrics = computed(() => props.live.data?.items ?? []);
        const words = computed(() => text.value.toLowerCase().split(/\s+/).filter(Boolean));
        const matching = computed(() => words.value.length === 0 ? metrics.value : metrics.value.filter(metric => {
            const whole = [metric.Namespace, metric.MetricName, ...(metric.Dimensions ?? []).flatMap(({ Name, Value }) => [Name, Value])].join(' ').toLowerCase();
            return words.value.every(word => whole.includes(word));
        }));
        const namespaces = computed(() => counted(matching.value, metric => metric.Namespace));
        const namespace = computed(() => namespaces.value.some(([name]) => name === route.query.ns) ? route.query.ns : namespaces.value[0]?.[0]);
        const inNamespace = computed(() => matching.value.filter(metric => metric.Namespace === namespace.value));
        const splits = computed(() => counted(inNamespace.value, dimensionNames));
        const split = computed(() => splits.value.some(([name]) => name === route.query.by) ? route.query.by : splits.value[0]?.[0]);
        const rows = computed(() => inNamespace.value.filter(metric => dimensionNames(metric) === split.value)
            .sort((a, b) => seriesKey(a).localeCompare(seriesKey(b))));

        const valueOf = (metric, name) => (metric.Dimensions ?? []).find(dimension => dimension.Name === name)?.Value ?? '';
        const columns = computed(() => [
            { key: '', name: 'Graphed', isNameless: true, width: '28px', cell: metric => h('input', {
                type: 'checkbox', checked: props.chosen.has(seriesKey(metric)), tabindex: -1, 'aria-label': `Graph ${visible(metric.MetricName, 120)}`,
                onClick: event => { event.preventDefault(); event.stopPropagation(); emit('toggle', metric); },
            }) },
            { key: 'metric', name: 'Metric', width: 'minmax(180px, 2fr)', compare: by(metric => metric.MetricName), cell: metric => h('bdi', visible(metric.MetricName, 200)) },
            ...(split.value ? split.value.split(', ') : []).map(name => ({ key: name, name: visible(name, 60), width: 'minmax(110px, 2fr)', compare: by(metric => valueOf(metric, name)), cell: metric => h('bdi', visible(valueOf(metric, name), 200)) })),
        ]);

        const choices = (label, entries, current, choose, nameOf) => h('ul', { class: 'choices', 'aria-label': label }, entries.map(([name, count]) => h('li', { key: name }, h('button', {
            type: 'button', 'aria-pressed': String(name === current), title: visible(nameOf(name), 300), onClick: () => choose(name),
        }, [h('span', visible(nameOf(name), 120)), h('b', number(count))]))));

        return () => h(Card, {
            title: 'Metrics', note: words.value.length > 0 ? `${number(matching.value.length)} of ${plural(metrics.value.length, 'metric')}` : plural(metrics.value.length, 'metric'), live: props.live, onRetry: refresh,
            messages: props.live.data && !props.live.data.isWhole ? ['only the first 2,000 metrics are listed: search for the others in a namespace of fewer'] : [],
        }, {
            actions: () => [
                h('input', { class: 'field', 'data-filter': true, 'aria-label': 'Filter metrics', placeholder: 'Words of a name or dimension', value: text.value, spellcheck: false, onInput: event => { text.value = event.target.value; } }),
                h(CopyButton, { text: awsCommand('cloudwatch list-metrics', ...namespace.value ? [`--namespace '${namespace.value}'`] : []), label: 'Copy as aws-cli command', symbol: 'terminal' }),
            ],
            default: () => matching.value.length === 0 ? h('p', { class: 'calm' }, 'No metric has these words.') : h('div', { class: 'browse' }, [
                choices('Namespaces', namespaces.value, namespace.value, name => setQuery({ ns: name, by: null }, { replace: true }), name => name),
                h('div', [
                    choices('Dimensions', splits.value, split.value, name => setQuery({ by: name }, { replace: true }), name => name === '' ? 'no dimensions' : `by ${name}`),
                    h(Table, { label: 'Metrics', rows: rows.value, columns: columns.value, height: 300, onChoose: metric => emit('toggle', metric) }),
                ]),
            ]),
        });
    },
};

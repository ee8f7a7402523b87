// Which charts the home page shows, as a list: each names where its figures may come from, best first, and the page takes
// the first that this server has. With none of them, it charts whatever metrics there are.
import { dimensionText, seriesKey } from '../../core/metrics.js';

/**
 * @typedef {{namespace: string, metric: string, stats: string[], by?: string, label?: string}} Source
 * @typedef {{id: string, title: string, shape: 'line'|'area'|'bars', unit: string, isRate?: boolean,
 *   sources: Source[][]}} Definition   `sources`: alternatives; all sources of the first that has data are drawn together
 * @typedef {{key: string, label: string, metric: import('../../core/metrics.js').Metric, stat: string}} Choice
 */

const seriesMax = 8;

/** @type {Definition[]} */
const definitions = [
    {
        id: 'sales', title: 'Tickets sold', shape: 'area', unit: 'Count', isRate: true,
        sources: [[{ namespace: 'EventPro', metric: 'TicketsSold', stats: ['Sum'], by: 'Event' }], [{ namespace: 'AWS/ApiGateway', metric: 'Count', stats: ['Sum'], label: 'Requests' }]],
    },
    {
        id: 'latency', title: 'API latency', shape: 'line', unit: 'Milliseconds',
        sources: [
            [{ namespace: 'AWS/ApiGateway', metric: 'Latency', stats: ['p99', 'p50'] }],
            [{ namespace: 'EventPro', metric: 'CheckoutLatency', stats: ['p99', 'p50'] }],
            [{ namespace: 'AWS/Lambda', metric: 'Duration', stats: ['p99'], by: 'FunctionName' }],
        ],
    },
    {
        id: 'errors', title: 'Errors', shape: 'bars', unit: 'Count', isRate: true,
        sources: [[
            { namespace: 'AWS/ApiGateway', metric: '5XXError', stats: ['Sum'], label: 'API 5xx' },
            { namespace: 'EventPro', metric: 'PaymentFailures', stats: ['Sum'], label: 'Payment failures' },
            { namespace: 'AWS/Lambda', metric: 'Errors', stats: ['Sum'], by: 'FunctionName', label: 'Function errors' },
        ]],
    },
    {
        id: 'queues', title: 'Messages waiting', shape: 'line', unit: 'Count',
        sources: [[{ namespace: 'AWS/SQS', metric: 'ApproximateNumberOfMessagesVisible', stats: ['Maximum'], by: 'QueueName' }]],
    },
    {
        id: 'functions', title: 'Functions at work', shape: 'line', unit: 'Count',
        sources: [
            [{ namespace: 'AWS/Lambda', metric: 'ConcurrentExecutions', stats: ['Maximum'], by: 'FunctionName' }],
            [{ namespace: 'AWS/Lambda', metric: 'Invocations', stats: ['Sum'], by: 'FunctionName' }],
        ],
    },
    {
        id: 'checkout', title: 'Conversion', shape: 'line', unit: 'Percent',
        sources: [[{ namespace: 'EventPro', metric: 'ConversionRate', stats: ['Average'], by: 'Event' }]],
    },
];

/**
 * The charts for these metrics.
 * @param {import('../../core/metrics.js').Metric[]} metrics
 * @returns {{definition: Definition, choices: Choice[], left: number}[]} `left`: how many series did not fit
 */
export function chooseCharts(metrics) {
    const known = definitions.map(definition => ({ definition, ...chosen(definition, metrics) })).filter(chart => chart.choices.length > 0);
    return known.length > 0 ? known : anything(metrics);
}

function chosen(definition, metrics) {
    for (const alternative of definition.sources) {
        const found = alternative.map(source => ({ source, series: seriesOf(source, metrics) })).filter(({ series }) => series.length > 0);
        if (found.length === 0) continue;
        const choices = found.flatMap(({ source, series }) => series.flatMap(metric => source.stats.map(stat => ({
            key: `${seriesKey(metric)}\u0000${stat}`, label: labelOf(source, metric, stat, series.length, found.length), metric, stat,
        }))));
        return { choices: choices.slice(0, seriesMax), left: Math.max(0, choices.length - seriesMax) };
    }
    return { choices: [], left: 0 };
}

/**
 * The metrics of one source, all with the same dimension names, so that nothing is counted twice: split as the source
 * wishes, else the undivided one, else the coarsest split there is.
 */
function seriesOf({ namespace, metric, by }, metrics) {
    const groups = new Map();
    for (const entry of metrics) {
        if (entry.Namespace !== namespace || entry.MetricName !== metric) continue;
        const names = (entry.Dimensions ?? []).map(({ Name }) => Name).sort().join(',');
        groups.set(names, [...groups.get(names) ?? [], entry]);
    }
    const coarsest = [...groups.keys()].sort((a, b) => a.split(',').length - b.split(',').length || a.localeCompare(b))[0];
    const group = groups.get(by) ?? groups.get('') ?? groups.get(coarsest) ?? [];
    return group.sort((a, b) => dimensionText(a).localeCompare(dimensionText(b)));
}

function labelOf(source, metric, stat, seriesCount, sourceCount) {
    const values = (metric.Dimensions ?? []).map(({ Value }) => Value).join(' · ');
    const parts = [];
    if (sourceCount > 1 && !source.by) parts.push(source.label ?? source.metric);
    if ((seriesCount > 1 || source.by) && values) parts.push(values);
    if (source.stats.length > 1) parts.push(stat);
    return parts.join(' · ') || values || source.label || source.metric;
}

/** The first few metrics by name, when the server holds none that the list above knows. */
function anything(metrics) {
    const names = [...new Set(metrics.map(metric => `${metric.Namespace}\u0000${metric.MetricName}`))].sort().slice(0, 6);
    return names.map(name => {
        const [namespace, metric] = name.split('\u0000');
        const definition = { id: name, title: `${namespace} ${metric}`, shape: 'line', unit: 'None', sources: [[{ namespace, metric, stats: ['Average'] }]] };
        return { definition, ...chosen(definition, metrics) };
    });
}

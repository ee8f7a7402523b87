// Labels with figures in them: `Latency (last ${LAST} ms)`, `${PROP('Dim.QueueName')}`.
// Source: CloudWatch user guide, dynamic labels.
import { number } from './format.js';
import { clock } from './time.js';

const token = /\$\{(?:PROP\('([^']{1,300})'\)|([A-Z_]{2,30}))\}/g;

const figures = {
    FIRST: ({ known }) => known[0].value, LAST: ({ known }) => known.at(-1).value, DATAPOINT_COUNT: ({ known }) => known.length,
    MIN: ({ known }) => known.reduce((least, { value }) => Math.min(least, value), Infinity), MAX: ({ known }) => known.reduce((most, { value }) => Math.max(most, value), -Infinity),
    SUM: ({ known }) => sum(known), AVG: ({ known }) => sum(known) / known.length,
};
const sum = known => known.reduce((total, { value }) => total + value, 0);

const moments = {
    FIRST_TIME: ({ known }) => known[0].time, LAST_TIME: ({ known }) => known.at(-1).time,
    MIN_TIME: ({ known }) => known.reduce((least, point) => point.value < least.value ? point : least).time,
    MAX_TIME: ({ known }) => known.reduce((most, point) => point.value > most.value ? point : most).time,
};

function property(name, { metric, stat }) {
    if (name.startsWith('Dim.')) return metric?.Dimensions.find(({ Name }) => Name === name.slice(4))?.Value;
    return { MetricName: metric?.MetricName, Namespace: metric?.Namespace, Stat: stat }[name];
}

/**
 * @param {{metric?: import('./metrics.js').Metric, stat?: string}} query
 * @param {{times: number[], values: (number|null)[], own: string}} series   `own`: what it would be called without a label
 * @returns {string} the label with its tokens filled; one that cannot be filled, or has no figure to show, is a dash
 */
export function filledLabel(label, query, { times, values, own }) {
    if (!label.includes('${')) return label;
    const known = values.flatMap((value, index) => value === null || value === undefined ? [] : [{ value, time: times[index] }]);
    return label.replace(token, (_, name, word) => {
        if (name !== undefined) return property(name, query) ?? '–';
        if (word === 'LABEL') return own;
        if (known.length === 0) return '–';
        return word in figures ? number(figures[word]({ known })) : word in moments ? clock(moments[word]({ known })) : '–';
    });
}

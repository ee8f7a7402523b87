// Metric calls as panels need them: what exists, and columns of values on one time axis with holes where nothing came.
import { call, pages } from './api.js';

/** @typedef {{Namespace: string, MetricName: string, Dimensions: {Name: string, Value: string}[]}} Metric */

/** Every metric with recent data, up to 2,000. */
export function listMetrics(signal) {
    return pages(token => call('cloudwatch', 'ListMetrics', token ? { NextToken: token } : {}, signal), 'Metrics');
}

/**
 * Reads many series in one request.
 * @param {{metric: Metric, stat: string}[]} queries at most 500, as the API allows
 * @param {{from: number, to: number, period: number}} window milliseconds, and the period in seconds
 * @param {number} [offset] milliseconds: the same window, so much earlier, on this one's axis
 * @returns {Promise<import('./api.js').Answer>} value: `{ times, columns, messages }`; `columns[i][j]` is query i at
 *   `times[j]`, null when there is no datapoint.
 */
export async function metricData(queries, window, signal, offset = 0) {
    const input = {
        MetricDataQueries: queries.map(({ metric, stat }, index) => ({
            Id: `q${index}`,
            MetricStat: { Metric: named(metric), Period: window.period, Stat: stat },
        })),
        StartTime: Math.floor((window.from - offset) / 1000), EndTime: Math.ceil((window.to - offset) / 1000), ScanBy: 'TimestampAscending',
    };
    const answer = await pages(token => call('cloudwatch', 'GetMetricData', token ? { ...input, NextToken: token } : input, signal), 'MetricDataResults', 8);
    if (!answer.ok) return answer;

    const times = axis(window);
    const position = new Map(times.map((time, index) => [time, index]));
    const columns = queries.map(() => new Array(times.length).fill(null));
    const messages = answer.value.isWhole ? [] : ['more data than one panel reads: the newest part is missing'];
    for (const { Id, Timestamps = [], Values = [], StatusCode, Messages = [] } of answer.value.items) {
        const column = columns[Number(Id.slice(1))];
        Timestamps.forEach((seconds, index) => {
            const at = position.get(seconds * 1000 + offset) ?? Math.round((seconds * 1000 + offset - times[0]) / window.period / 1000);
            if (column && at in column) column[at] = Values[index];
        });
        if (StatusCode && StatusCode !== 'Complete' && StatusCode !== 'PartialData') messages.push(`${Id}: ${StatusCode}`);
        messages.push(...Messages.map(message => message.Value ?? message.Code));
    }
    return { ok: true, value: { times, columns, messages } };
}

const named = ({ Namespace, MetricName, Dimensions = [] }) => ({ Namespace, MetricName, Dimensions });

/** The starts of the window's periods, in milliseconds; the last one may still be filling. */
export function axis({ from, to, period }) {
    const step = period * 1000, times = [];
    for (let time = Math.floor(from / step) * step; time < to; time += step) times.push(time);
    return times;
}

/** "Event=Rock Night, Service=checkout", or "" without dimensions. */
export const dimensionText = metric => (metric.Dimensions ?? []).map(({ Name, Value }) => `${Name}=${Value}`).join(', ');

/** The same text for the same series wherever it came from. */
export const seriesKey = metric =>
    [metric.Namespace, metric.MetricName, ...(metric.Dimensions ?? []).map(({ Name, Value }) => `${Name}=${Value}`).sort()].join('\u0000');

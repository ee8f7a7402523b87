// A graph of several queries: metrics with a statistic each, and expressions over them. Written in the address, read with one
// GetMetricData, and shown as columns on one time axis.
import { call } from './api.js';
import { getMetricData } from './batch.js';
import { comparison, ghosts } from './compare.js';
import { filledLabel } from './labels.js';
import { axis, dimensionText, seriesKey } from './metrics.js';

/**
 * @typedef {{id: string, metric?: import('./metrics.js').Metric, stat?: string, expression?: string, label?: string, isHidden?: boolean}} GraphQuery
 * @typedef {{key: string, id: string, identity: string, label: string, values: (number|null)[], isGhost?: boolean}} GraphSeries   identity: the same
 *   for the same series wherever it is drawn, so that it has one colour
 */

export const queriesMax = 50;

/** Short in the address: `m` is namespace, name, then names and values of dimensions by turns. */
export const written = queries => JSON.stringify(queries.map(({ id, metric, stat, expression, label, isHidden }) => ({
    i: id, ...metric ? { m: [metric.Namespace, metric.MetricName, ...(metric.Dimensions ?? []).flatMap(({ Name, Value }) => [Name, Value])], s: stat } : { e: expression },
    ...label ? { l: label } : {}, ...isHidden ? { h: 1 } : {},
})));

/** Reads what `written` wrote; anything can stand in an address, so what does not fit is left out. @returns {GraphQuery[]} */
export function readQueries(text) {
    let list;
    try {
        list = JSON.parse(text ?? '[]');
    } catch {
        return [];
    }
    if (!Array.isArray(list)) return [];
    const taken = new Set();
    return list.slice(0, queriesMax).map(entry => query(entry, taken)).filter(Boolean);
}

function query(entry, taken) {
    if (entry === null || typeof entry !== 'object') return null;
    const isId = typeof entry.i === 'string' && /^[a-z][a-zA-Z0-9_]{0,60}$/.test(entry.i) && !taken.has(entry.i);
    const id = isId ? entry.i : freeId(taken);
    const shared = { id, label: typeof entry.l === 'string' ? entry.l.slice(0, 255) : '', isHidden: entry.h === 1 };
    taken.add(id);
    if (typeof entry.e === 'string') return { ...shared, expression: entry.e.slice(0, 2048) };
    if (!Array.isArray(entry.m) || entry.m.length < 2 || entry.m.length % 2 !== 0 || !entry.m.every(part => typeof part === 'string')) return null;
    const [Namespace, MetricName, ...rest] = entry.m;
    const Dimensions = rest.flatMap((part, index) => index % 2 === 0 ? [{ Name: part, Value: rest[index + 1] }] : []);
    return { ...shared, metric: { Namespace, MetricName, Dimensions }, stat: typeof entry.s === 'string' ? entry.s.slice(0, 30) : 'Average' };
}

export function freeId(taken, letter = 'm') {
    for (let number = 1; ; number += 1) if (!taken.has(`${letter}${number}`)) return `${letter}${number}`;
}

const nameOf = ({ metric, expression }) => metric ? [metric.MetricName, dimensionText(metric)].filter(Boolean).join(' · ') : expression;

/** What a query is called: its label, else what tells it from the others: metric, values of dimensions, statistic. */
export function labelOf(query, queries) {
    if (query.label || !query.metric) return query.label || query.expression;
    const others = queries.filter(({ metric, label }) => metric && !label), isOneMetric = new Set(others.map(({ metric }) => metric.MetricName)).size === 1;
    const name = nameOf(query), values = query.metric.Dimensions.map(({ Value }) => Value).join(' · ');
    const isDivided = new Set(others.map(nameOf)).size > 1, isAlone = others.filter(other => nameOf(other) === name).length === 1;
    const short = isOneMetric && isDivided && values ? values : name;
    return isAlone ? short : `${short} ${query.stat}`;
}

/** The request for these queries. Hidden ones are still there for expressions. */
export const request = (queries, { from, to, period }) => ({
    MetricDataQueries: queries.map(({ id, metric, stat, expression, isHidden }) => ({
        Id: id, ReturnData: !isHidden,
        ...metric ? { MetricStat: { Metric: metric, Period: period, Stat: stat } } : { Expression: expression, Period: period },
    })),
    StartTime: Math.floor(from / 1000), EndTime: Math.ceil(to / 1000), ScanBy: 'TimestampAscending',
});

/**
 * @param {GraphQuery[]} queries
 * @param {{from: number, to: number, period: number}} window
 * @param {number} [offset] milliseconds: the same window, so much earlier, laid over this one
 * @returns {Promise<import('./api.js').Answer>} value: `{ times, series, messages }`
 */
export async function graphData(queries, window, signal, offset = 0) {
    const times = axis(window), position = new Map(times.map((time, index) => [time, index]));
    if (!queries.some(({ isHidden }) => !isHidden)) return { ok: true, value: { times, series: [], messages: [] } };
    const input = request(queries, { ...window, from: window.from - offset, to: window.to - offset });
    const answer = await getMetricData(input, signal);
    if (!answer.ok) return answer;
    const byKey = new Map(), messages = answer.value.isWhole ? [] : ['more data than one graph reads: the newest part is missing'];
    // An offset may be no whole number of periods.
    const nearest = time => Math.round((time - times[0]) / window.period / 1000), counts = new Map();
    for (const { Id } of answer.value.items) counts.set(Id, (counts.get(Id) ?? 0) + 1);
    for (const { Id, Label, Timestamps = [], Values = [], StatusCode, Messages = [] } of answer.value.items) {
        const own = queries.find(({ id }) => id === Id), isMany = counts.get(Id) > 1 && !own?.metric, key = isMany ? `${Id} ${Label}` : Id;
        if (!byKey.has(key)) byKey.set(key, { key, id: Id, label: own?.label ? (isMany ? `${own.label} ${Label}` : own.label) : isMany || !own ? Label : labelOf(own, queries), own: own?.metric ? own.metric.MetricName : Label, identity: own?.metric ? `${seriesKey(own.metric)}\u0000${own.stat}` : `${own?.expression} ${Label}`, values: new Array(times.length).fill(null) });
        const { values } = byKey.get(key);
        Timestamps.forEach((seconds, index) => {
            const at = position.get(Math.round(seconds * 1000) + offset) ?? nearest(seconds * 1000 + offset);
            if (at in values) values[at] = Values[index];
        });
        if (StatusCode && StatusCode !== 'Complete' && StatusCode !== 'PartialData') messages.push(`${Id}: ${StatusCode}`);
        messages.push(...Messages.map(message => message.Value ?? message.Code));
    }
    const series = [...byKey.values()].map(entry => ({ ...entry, label: filledLabel(entry.label, queries.find(({ id }) => id === entry.id) ?? {}, { times, values: entry.values, own: entry.own }) }));
    return { ok: true, value: { times, series, messages } };
}

/** The same, and with a comparison in force the other time's as pale series. */
export async function comparedGraph(queries, window, signal) {
    if (!comparison.value) return graphData(queries, window, signal);
    const [answer, before] = await Promise.all([graphData(queries, window, signal), graphData(queries, window, signal, comparison.value.milliseconds)]);
    if (!answer.ok || !before.ok) return answer.ok ? before : answer;
    return { ok: true, value: { ...answer.value, series: [...answer.value.series, ...ghosts(before.value.series)] } };
}

const units = new Map();

/** The unit that a metric's datapoints carry, asked for once; `None` when they differ or nothing is known. */
export async function unitOf(metric, { from, to }, signal) {
    const key = JSON.stringify(metric);
    if (units.has(key)) return units.get(key);
    const period = Math.max(60, Math.ceil((to - from) / 60_000) * 60);
    const answer = await call('cloudwatch', 'GetMetricStatistics', {
        Namespace: metric.Namespace, MetricName: metric.MetricName, Dimensions: metric.Dimensions, StartTime: Math.floor(from / 1000), EndTime: Math.ceil(to / 1000), Period: period, Statistics: ['SampleCount'],
    }, signal);
    if (!answer.ok) return 'None';
    const found = new Set((answer.value.Datapoints ?? []).map(point => point.Unit ?? 'None'));
    if (found.size !== 1) return 'None';
    units.set(key, [...found][0]);
    return units.get(key);
}

/** Least, most, mean and newest of what is known, or null. */
export function figures(values) {
    let count = 0, sum = 0, least = Infinity, most = -Infinity, last = null;
    for (const value of values) {
        if (value === null || value === undefined) continue;
        count += 1; sum += value; last = value;
        if (value < least) least = value;
        if (value > most) most = value;
    }
    return count === 0 ? null : { least, most, mean: sum / count, last };
}

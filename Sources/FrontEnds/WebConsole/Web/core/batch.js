// Reading many panels' metrics with few requests: what is asked for in the same moment over the same time goes as one
// GetMetricData, and each asker gets its own results back. Expressions go alone: METRICS() means all metrics of its own request.
import { call, pages } from './api.js';

const queriesMax = 500, resultPagesMax = 8;
let waiting = [];

/** @typedef {{MetricDataQueries: any[], StartTime: number, EndTime: number, ScanBy: string}} Input */

/**
 * As `pages(… GetMetricData …)`, but together with what others ask for now.
 * @param {Input} input
 * @returns {Promise<import('./api.js').Answer>} value: `{ items, isWhole }`
 */
export function getMetricData(input, signal) {
    if (input.MetricDataQueries.some(({ Expression }) => Expression !== undefined)) return ask(input, signal);
    return new Promise(resolve => {
        if (waiting.length === 0) queueMicrotask(() => setTimeout(leave, 0));
        waiting.push({ input, signal, resolve });
    });
}

const ask = (input, signal) => pages(token => call('cloudwatch', 'GetMetricData', token ? { ...input, NextToken: token } : input, signal), 'MetricDataResults', resultPagesMax);

/** Sends what has gathered, one request for each time range. */
function leave() {
    const groups = Map.groupBy(waiting, ({ input }) => `${input.StartTime} ${input.EndTime} ${input.ScanBy}`);
    waiting = [];
    for (const group of groups.values()) for (const bundle of bundles(group)) send(bundle);
}

function bundles(group) {
    const found = [];
    let count = Infinity;
    for (const entry of group) {
        count += entry.input.MetricDataQueries.length;
        if (count > queriesMax) { found.push([]); count = entry.input.MetricDataQueries.length; }
        found.at(-1).push(entry);
    }
    return found;
}

const idOf = (number, id) => `p${number}_${id}`;

async function send(bundle) {
    if (bundle.length === 1) return bundle[0].resolve(await ask(bundle[0].input, bundle[0].signal));
    const input = { ...bundle[0].input, MetricDataQueries: bundle.flatMap(({ input }, number) => input.MetricDataQueries.map(query => ({ ...query, Id: idOf(number, query.Id) }))) };
    const answer = await ask(input, allGone(bundle.map(({ signal }) => signal)));
    // A mistake of one must not be that of all: each asks for itself and gets its own answer.
    if (!answer.ok && answer.error.status === 400) return bundle.forEach(async entry => entry.resolve(await ask(entry.input, entry.signal)));
    if (!answer.ok) return bundle.forEach(({ resolve }) => resolve(answer));
    const items = new Map();
    for (const item of answer.value.items) {
        const [, number, Id] = /^p(\d+)_(.*)$/s.exec(item.Id);
        items.set(number, [...items.get(number) ?? [], { ...item, Id }]);
    }
    bundle.forEach(({ resolve }, number) => resolve({ ok: true, value: { items: items.get(String(number)) ?? [], isWhole: answer.value.isWhole } }));
}

/** Aborted once everybody who asked has gone. */
function allGone(signals) {
    const all = new AbortController();
    if (signals.some(signal => !signal)) return all.signal;
    let left = signals.length;
    const gone = () => { left -= 1; if (left === 0) all.abort(); };
    for (const signal of signals) if (signal.aborted) gone(); else signal.addEventListener('abort', gone, { once: true });
    return all.signal;
}

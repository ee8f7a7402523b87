// Running an Insights query: started, asked after until it is done, stopped when nobody waits for it any more.
import { call } from './api.js';
import { countingQuery, timeOf } from './insights.js';
import { axis } from './metrics.js';

const rowsMax = 10_000, firstWaitMilliseconds = 60, longestWaitMilliseconds = 1000;

/** The input of StartQuery. @param {{groups: string[], text: string, from: number, to: number}} query */
export const startInput = ({ groups, text, from, to }) => ({ logGroupNames: groups, queryString: text, startTime: Math.floor(from / 1000), endTime: Math.floor(to / 1000), limit: rowsMax });

/**
 * @typedef {{fields: string[], rows: Row[], statistics: {recordsMatched: number, recordsScanned: number, bytesScanned: number}, took: number, isLimited: boolean}} Result
 * @typedef {Record<string, string>} Row   by field; `@ptr` leads to the whole event
 * @param {{groups: string[], text: string, from: number, to: number}} query
 * @param {(progress: any) => void} onProgress the statistics while it runs
 * @returns {Promise<import('./api.js').Answer>} value: Result
 */
export async function runQuery({ groups, text, from, to }, signal, onProgress = () => {}) {
    const begun = performance.now();
    // Not given up half way: a query that runs can only be stopped by its id.
    const started = await call('logs', 'StartQuery', startInput({ groups, text, from, to }));
    if (!started.ok) return started;
    const { queryId } = started.value;
    const stop = () => { call('logs', 'StopQuery', { queryId }); };
    if (signal.aborted) {
        stop();
        return { ok: false, error: { operation: 'StartQuery', code: 'Aborted', message: 'the query was stopped', status: 0, requestId: null } };
    }
    signal.addEventListener('abort', stop, { once: true });
    for (let wait = firstWaitMilliseconds; ; wait = Math.min(longestWaitMilliseconds, wait * 1.6)) {
        const answer = await call('logs', 'GetQueryResults', { queryId }, signal);
        if (!answer.ok) return answer;
        const { status, statusReason, results = [], statistics } = answer.value;
        if (status === 'Complete') {
            signal.removeEventListener('abort', stop);
            return { ok: true, value: { ...shaped(results), statistics, took: performance.now() - begun, isLimited: results.length >= rowsMax } };
        }
        if (!['Running', 'Scheduled'].includes(status)) {
            return { ok: false, error: { operation: 'GetQueryResults', code: `Query${status}`, message: `The query ended as ${status}${statusReason ? `: ${statusReason}` : ''}. A narrower time range or fewer groups may help.`, status: 200, requestId: null } };
        }
        onProgress(statistics);
        await new Promise(resolve => {
            setTimeout(resolve, wait);
            signal.addEventListener('abort', resolve, { once: true });
        });
    }
}

/** Lists of field and value as objects, with the fields in the order in which they first appear. */
function shaped(results) {
    const fields = new Set();
    const rows = results.map(cells => {
        const row = Object.create(null);
        for (const { field, value } of cells) {
            row[field] = value;
            if (field !== '@ptr') fields.add(field);
        }
        return row;
    });
    return { fields: [...fields], rows };
}

/** How many rows a period holds, of those that the query starts from; the periods that hold none count zero. */
export async function countRows({ groups, text, from, to }, period, signal) {
    const answer = await runQuery({ groups, text: countingQuery(text, period), from, to }, signal);
    if (!answer.ok) return answer;
    const times = axis({ from, to, period }), position = new Map(times.map((time, index) => [time, index]));
    const values = times.map(() => 0);
    for (const row of answer.value.rows) {
        const at = position.get(timeOf(row.period));
        if (at !== undefined) values[at] = Number(row.rows);
    }
    return { ok: true, value: { times, values, period } };
}

const units = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * The columns of a result that counts by period, for a chart, or null when it does not.
 * @returns {{times: number[], period: number, series: {key: string, values: (number|null)[]}[]}|null}
 */
export function byPeriod({ fields, rows }, { from, to }) {
    const time = fields.find(field => rows.length > 0 && rows.every(row => Number.isFinite(timeOf(row[field]))) && field !== '@timestamp');
    const numeric = fields.filter(field => field !== time && rows.some(row => row[field]) && rows.every(row => !row[field] || Number.isFinite(Number(row[field]))));
    if (!time || numeric.length === 0 || rows.length < 2) return null;
    const written = /^bin\((\d+)\s*([smhd])\)$/.exec(time);
    const moments = [...new Set(rows.map(row => timeOf(row[time])))].sort((a, b) => a - b);
    const gaps = moments.slice(1).map((moment, index) => (moment - moments[index]) / 1000).filter(gap => gap > 0);
    const period = written ? Number(written[1]) * units[written[2]] : Math.min(...gaps);
    if (!Number.isFinite(period) || period < 1 || (to - from) / 1000 / period > 5000) return null;
    const names = fields.filter(field => field !== time && !numeric.includes(field));
    const times = [];
    for (let at = Math.min(moments[0], Math.ceil(from / period / 1000) * period * 1000); at <= moments.at(-1); at += period * 1000) times.push(at);
    const position = new Map(times.map((moment, index) => [moment, index]));
    const series = new Map();
    for (const row of rows) {
        for (const field of numeric) {
            const key = [...names.map(name => row[name] ?? ''), ...numeric.length > 1 || names.length === 0 ? [field] : []].join(' · ');
            if (!series.has(key)) series.set(key, new Array(times.length).fill(null));
            const at = position.get(timeOf(row[time]));
            if (at !== undefined && row[field]) series.get(key)[at] = Number(row[field]);
        }
    }
    return { times, period, series: [...series].map(([key, values]) => ({ key, values })) };
}

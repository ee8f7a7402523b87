// Traces as pages need them: summaries of a time, whole traces by id, and what to call and colour them.
import { pages, xray } from './api.js';
import { visible } from './format.js';
import { traceOf } from '../parts/spans.js';

/** The API answers for at most a day at once. */
export const windowMillisecondsMax = 86_400_000;

/** The API takes five ids at a time. */
const idsAtOnce = 5;

export const isTraceId = text => /^1-[0-9a-f]{8}-[0-9a-f]{24}$/.test(text ?? '');

/** Newest first, a hundred a page. @returns {Promise<import('./api.js').Answer>} value: `{ items, isWhole }` */
export const traceSummaries = ({ from, to }, pageCount, signal) => pages(token => xray('/TraceSummaries', 'GetTraceSummaries', {
    StartTime: Math.floor(from / 1000), EndTime: Math.ceil(to / 1000), TimeRangeType: 'TraceId', ...token ? { NextToken: token } : {},
}, signal), 'TraceSummaries', pageCount);

/** Whole traces, as many as the server has of these. @returns {Promise<import('./api.js').Answer>} value: Trace[] */
export async function wholeTraces(ids, signal) {
    const groups = [];
    for (let at = 0; at < ids.length; at += idsAtOnce) groups.push(ids.slice(at, at + idsAtOnce));
    const found = [];
    for (const group of groups) {
        const answer = await pages(token => xray('/Traces', 'BatchGetTraces', { TraceIds: group, ...token ? { NextToken: token } : {} }, signal), 'Traces', 8);
        if (!answer.ok) return answer;
        found.push(...answer.value.items.map(traceOf));
    }
    return { ok: true, value: found };
}

export const startOf = summary => summary.StartTime ?? parseInt(String(summary.Id).slice(2, 10), 16);
export const lengthOf = summary => summary.Duration ?? summary.ResponseTime ?? 0;
export const hasFailed = summary => Boolean(summary.HasFault || summary.HasError || summary.HasThrottle);

/** A name of parts/state.js. */
export const stateOf = summary => summary.HasFault ? 'FAULT' : summary.HasThrottle ? 'THROTTLE' : summary.HasError ? 'CLIENT_ERROR' : 'OK';

/** "POST /checkout", or the name of the first service. */
export function nameOf(summary) {
    const { HttpMethod, HttpURL } = summary.Http ?? {};
    if (HttpURL) return visible(`${HttpMethod ?? ''} ${String(HttpURL).replace(/^[a-z]+:\/\/[^/]*/i, '').split('?')[0] || '/'}`.trim(), 120);
    return visible(summary.EntryPoint?.Name ?? summary.ServiceIds?.[0]?.Name ?? summary.Id, 120);
}

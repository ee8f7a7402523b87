// The traces of the range as a short list, and the chosen one as a waterfall. Without a choice it follows the list's first.
import { computed, h } from '../../core/vue.js';
import { awsCommand, Card, CopyButton } from '../../parts/card.js';
import { teachTraces } from '../../parts/teachings.js';
import { stateBadge } from '../../parts/state.js';
import { Waterfall } from '../../parts/waterfall.js';
import { milliseconds, plural, visible } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { link, pathOf, route, setQuery } from '../../core/router.js';
import { bounds, clock } from '../../core/time.js';
import { hasFailed, isTraceId, lengthOf, nameOf, startOf, stateOf, traceSummaries, wholeTraces } from '../../core/traces.js';

const listedMax = 8;
/** The API allows a day; a busy server has enough of them in less. */
const windowMillisecondsMax = 3_600_000;

const orders = {
    slowest: { label: 'Slowest', sort: (a, b) => lengthOf(b) - lengthOf(a), keep: () => true },
    newest: { label: 'Newest', sort: (a, b) => startOf(b) - startOf(a), keep: () => true },
    failed: { label: 'Failed', sort: (a, b) => startOf(b) - startOf(a), keep: hasFailed },
};

const order = computed(() => orders[route.query.order] ? route.query.order : 'slowest');
export const showTrace = id => setQuery({ trace: id });

export function useTraces() {
    return useLive(async signal => {
        const { from, to } = bounds();
        const start = Math.max(from, to - windowMillisecondsMax);
        const listed = await traceSummaries({ from: start, to }, 12, signal);
        if (!listed.ok) return listed;
        const { sort, keep } = orders[order.value];
        const summaries = listed.value.items.filter(keep).sort(sort).slice(0, listedMax);
        const chosen = isTraceId(route.query.trace) ? route.query.trace : summaries[0]?.Id;
        const messages = [];
        if (!listed.value.isWhole) messages.push(`only the first ${listed.value.items.length} traces were looked at`);
        if (start > from) messages.push('traces are looked for in the last hour of the range');
        let trace = null;
        if (chosen) {
            const got = await wholeTraces([chosen], signal);
            if (!got.ok) return got;
            [trace = null] = got.value;
            if (!trace) messages.push(`trace ${visible(chosen, 40)} is not stored here`);
        }
        return { ok: true, value: { summaries, total: listed.value.items.length, trace, messages } };
    }, () => [order.value, route.query.trace].join(' '));
}

function list({ summaries, trace }) {
    const longest = Math.max(...summaries.map(lengthOf), 1e-9);
    return h('ul', { class: 'traces', 'aria-label': 'Traces' }, summaries.map(summary => h('li', { key: summary.Id }, h('button', {
        type: 'button', class: { chosen: trace?.id === summary.Id }, 'aria-pressed': String(trace?.id === summary.Id), onClick: () => showTrace(summary.Id),
    }, [
        h('time', { class: 'meta' }, clock(startOf(summary) * 1000)), h('bdi', { class: 'label' }, nameOf(summary)), stateBadge(stateOf(summary)),
        h('span', { class: 'took' }, milliseconds(lengthOf(summary) * 1000)),
        h('span', { class: 'share', 'aria-hidden': 'true' }, h('i', { style: { width: `${lengthOf(summary) / longest * 100}%` } })),
    ]))));
}

function head(trace) {
    return h('p', { class: 'tracehead' }, [
        link(pathOf('/traces', trace.id), h('code', visible(trace.id, 60)), { title: 'Open the trace' }), h('span', `${milliseconds((trace.end - trace.start) * 1000)} · ${plural(trace.count, 'span')} · ${plural(trace.services.length, 'service')}`),
        trace.errors > 0 ? stateBadge('FAULT', plural(trace.errors, 'error')) : null,
        isTraceId(route.query.trace) ? h('button', { type: 'button', class: 'link', onClick: () => showTrace(null) }, 'Follow the list again') : null,
    ]);
}

export function tracesCard(live) {
    const data = live.data ?? { summaries: [], total: 0, trace: null, messages: [] };
    const trace = data.trace && data.trace.count > 0 ? data.trace : null;
    const messages = [...data.messages, ...trace?.remarks ?? []];
    return h(Card, { title: 'Traces', note: data.total > 0 ? `${plural(data.total, 'trace')} in this time` : undefined, live, isEmpty: data.total === 0 && !trace, messages, onRetry: refresh }, {
        actions: () => [
            h('span', { class: 'segments', role: 'group', 'aria-label': 'Order of traces' }, Object.entries(orders).map(([name, { label }]) => h('button', {
                type: 'button', 'aria-pressed': String(order.value === name), onClick: () => setQuery({ order: name === 'slowest' ? null : name, trace: null }),
            }, label))),
            trace ? h(CopyButton, { text: awsCommand(`xray batch-get-traces --trace-ids ${trace.id}`), label: 'Copy as aws-cli command', symbol: 'terminal' }) : null,
        ],
        empty: teachTraces,
        default: () => h('div', { class: 'tracesplit' }, [
            data.summaries.length > 0 ? list(data) : h('p', { class: 'calm' }, 'No trace failed in this time.'),
            trace ? h('div', { class: 'tracebody' }, [head(trace), h(Waterfall, { trace })]) : null,
        ]),
    });
}

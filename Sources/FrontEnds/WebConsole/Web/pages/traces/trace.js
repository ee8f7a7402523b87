// One trace: its spans in time, what they have in common, the services they passed through, and the documents as they were sent.
import { computed, h } from '../../core/vue.js';
import { milliseconds, number, plural, visible } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { link, route, setQuery } from '../../core/router.js';
import { serviceMap } from '../../core/servicemap.js';
import { fullMoment } from '../../core/time.js';
import { isTraceId, wholeTraces } from '../../core/traces.js';
import { awsCommand, Card, CopyButton } from '../../parts/card.js';
import { JSONTree } from '../../parts/jsontree.js';
import { ServiceGraph } from '../../parts/servicegraph.js';
import { flat } from '../../parts/spans.js';
import { stateBadge } from '../../parts/state.js';
import { by, Table } from '../../parts/table.js';
import { Waterfall } from '../../parts/waterfall.js';

const views = { waterfall: 'Waterfall', groups: 'By name', services: 'Services', json: 'JSON' };
const documentsMax = 50;

/** Spans of one name of one service together. */
function groupsOf(trace) {
    const groups = new Map();
    for (const span of flat(trace)) {
        const key = `${span.service}\u0000${span.name}`, took = (span.end - span.start) * 1000;
        const group = groups.get(key) ?? { service: span.service, name: span.name, count: 0, failed: 0, total: 0, own: 0, most: 0 };
        groups.set(key, group);
        group.count += 1;
        group.total += took;
        group.own += Math.max(0, took - covered(span.children));
        group.most = Math.max(group.most, took);
        if (span.state) group.failed += 1;
    }
    return [...groups.values()].sort((a, b) => b.own - a.own);
}

/** How long at least one of these spans was at work, in milliseconds; they come sorted by their start. */
function covered(spans) {
    let sum = 0, reached = -Infinity;
    for (const { start, end } of spans) {
        if (end > reached) sum += end - Math.max(start, reached);
        reached = Math.max(reached, end);
    }
    return sum * 1000;
}

const groupColumns = [
    { key: 'name', name: 'Span', width: 'minmax(180px, 3fr)', compare: by(group => group.name), cell: group => h('bdi', visible(group.name, 200)) },
    { key: 'service', name: 'Service', width: 'minmax(140px, 2fr)', compare: by(group => group.service), cell: group => h('bdi', visible(group.service, 200)) },
    { key: 'count', name: 'Count', width: '80px', isRight: true, compare: by(group => group.count), cell: group => number(group.count) },
    { key: 'failed', name: 'Failed', width: '80px', isRight: true, compare: by(group => group.failed), cell: group => number(group.failed) },
    { key: 'own', name: 'Own time', width: '110px', isRight: true, compare: by(group => group.own), cell: group => milliseconds(group.own) },
    { key: 'total', name: 'Whole time', width: '110px', isRight: true, compare: by(group => group.total), cell: group => milliseconds(group.total) },
    { key: 'most', name: 'Longest', width: '110px', isRight: true, compare: by(group => group.most), cell: group => milliseconds(group.most) },
];

export const Trace = {
    props: { name: { type: String, required: true } },
    setup(props) {
        const live = useLive(async signal => {
            if (!isTraceId(props.name)) return { ok: true, value: { trace: null } };
            const answer = await wholeTraces([props.name], signal);
            return answer.ok ? { ok: true, value: { trace: answer.value.find(trace => trace.count > 0) ?? null } } : answer;
        }, () => props.name, { every: 10_000 });
        const trace = computed(() => live.data?.trace ?? null), view = computed(() => views[route.query.view] ? route.query.view : 'waterfall');
        const groups = computed(() => trace.value ? groupsOf(trace.value) : []), map = computed(() => trace.value ? serviceMap([trace.value]) : null);
        // A range that holds the trace, for the pages one goes to from here.
        const around = () => ({ from: String(Math.floor(trace.value.start * 1000) - 60_000), to: String(Math.ceil(trace.value.end * 1000) + 60_000) });

        const notFound = () => h('div', { class: 'calm' }, isTraceId(props.name)
            ? [h('p', ['No span of ', h('code', visible(props.name, 60)), ' is stored here. It may not have arrived yet, or have been sent elsewhere.'])]
            : [h('p', [h('code', visible(props.name, 100)), ' is no trace id. One looks like 1-5759e988-bd862e3fe1be46a994272793.'])]);

        const body = () => ({
            waterfall: () => h(Waterfall, { trace: trace.value, rowsMax: 24, span: route.query.span, onSelect: id => setQuery({ span: id }, { replace: true }) }),
            groups: () => h(Table, { label: 'Spans by name', rows: groups.value, columns: groupColumns, height: 560 }),
            services: () => h(ServiceGraph, { map: map.value }),
            json: () => [trace.value.roots.slice(0, documentsMax).map(root => h(JSONTree, { key: root.id, value: root.document })), trace.value.roots.length > documentsMax ? h('p', { class: 'meta' }, `and ${plural(trace.value.roots.length - documentsMax, 'document')} more`) : null],
        })[view.value]();

        const facts = () => h('dl', { class: 'facts' }, [
            ['Took', milliseconds((trace.value.end - trace.value.start) * 1000)], ['Start', fullMoment(trace.value.start * 1000)], ['Spans', number(trace.value.count)],
            ['Services', number(trace.value.services.length)], ['Errors', trace.value.errors > 0 ? stateBadge('FAULT', number(trace.value.errors)) : '0'],
        ].map(([name, value]) => h('div', [h('dt', name), h('dd', value)])));

        return () => h('div', { class: 'page' }, [
            h('div', { class: 'heading' }, [
                h('h1', ['Trace ', h('code', visible(props.name, 60))]), h(CopyButton, { text: props.name, label: 'Copy the id' }),
                trace.value ? link('/logs', 'Logs of it', { query: { ...around(), q: `fields @timestamp, @message, @log\n| filter @message like /${props.name}/\n| sort @timestamp asc\n| limit 1000` } }) : null,
                link('/traces', 'All traces'),
            ]),
            h(Card, { title: 'Spans', live, isEmpty: trace.value === null, messages: trace.value?.remarks ?? [], onRetry: refresh }, {
                actions: () => trace.value ? [
                    h('span', { class: 'segments', role: 'group', 'aria-label': 'View' }, Object.entries(views).map(([name, label]) => h('button', { type: 'button', 'aria-pressed': String(view.value === name), onClick: () => setQuery({ view: name === 'waterfall' ? null : name }) }, label))),
                    h(CopyButton, { text: awsCommand(`xray batch-get-traces --trace-ids ${props.name}`), label: 'Copy as aws-cli command', symbol: 'terminal' }),
                ] : [],
                empty: notFound,
                default: () => trace.value ? [facts(), body()] : null,
            }),
        ]);
    },
};

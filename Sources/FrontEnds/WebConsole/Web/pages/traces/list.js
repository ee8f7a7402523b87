// Traces: how long each took and how it ended, over time and as a list, and the services they passed through.
import { computed, h, ref } from '../../core/vue.js';
import { milliseconds, number, plural, visible } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { go, link, pathOf, route, setQuery } from '../../core/router.js';
import { serviceMap } from '../../core/servicemap.js';
import { bounds, clockWithMilliseconds, day } from '../../core/time.js';
import { hasFailed, lengthOf, nameOf, startOf, stateOf, traceSummaries, wholeTraces, windowMillisecondsMax } from '../../core/traces.js';
import { Card } from '../../parts/card.js';
import { ChartPanel } from '../../parts/panel.js';
import { Scatter } from '../../parts/scatter.js';
import { ServiceGraph } from '../../parts/servicegraph.js';
import { stateBadge } from '../../parts/state.js';
import { by, Table } from '../../parts/table.js';
import { teachTraces } from '../../parts/teachings.js';

const pagesMax = 10, mappedMax = 100, listMilliseconds = 10_000;
/** Reading whole traces costs more than their summaries, so the map is kept up less often. */
const mapMilliseconds = 20_000;

const servicesOf = summary => [...new Set((summary.ServiceIds ?? []).map(({ Name }) => Name))];

const columns = [
    { key: 'time', name: 'Start', width: '160px', compare: by(startOf), cell: summary => h('time', `${day(startOf(summary) * 1000)} ${clockWithMilliseconds(startOf(summary) * 1000)}`) },
    { key: 'name', name: 'Request', width: 'minmax(180px, 3fr)', compare: by(nameOf), cell: summary => link(pathOf('/traces', summary.Id), h('bdi', nameOf(summary)), { tabindex: -1 }) },
    { key: 'state', name: 'Ended', width: '90px', compare: by(stateOf), cell: summary => stateBadge(stateOf(summary)) },
    { key: 'status', name: 'Status', width: '60px', isRight: true, compare: by(summary => summary.Http?.HttpStatus ?? 0), cell: summary => summary.Http?.HttpStatus ?? '' },
    { key: 'took', name: 'Took', width: '90px', isRight: true, compare: by(lengthOf), cell: summary => milliseconds(lengthOf(summary) * 1000) },
    { key: 'services', name: 'Services', width: 'minmax(160px, 3fr)', cell: summary => h('span', { class: 'meta' }, visible(servicesOf(summary).join(', '), 300)) },
    { key: 'id', name: 'Id', width: 'minmax(120px, 2fr)', cell: summary => h('code', { class: 'meta' }, visible(summary.Id, 60)) },
];

/** What the address asks to see: words, failures only, a service. */
function keeps(summary) {
    const { f = '', only, service } = route.query;
    if (only === 'failed' && !hasFailed(summary)) return false;
    if (service && !servicesOf(summary).includes(service)) return false;
    const whole = `${nameOf(summary)} ${summary.Id} ${servicesOf(summary).join(' ')} ${summary.Http?.HttpStatus ?? ''} ${Object.values(summary.Annotations ?? {}).flat().map(({ AnnotationValue }) => Object.values(AnnotationValue ?? {})[0]).join(' ')}`.toLowerCase();
    return f.toLowerCase().split(/\s+/).every(word => whole.includes(word));
}

/** Every so manieth of a list, so that a sample covers all of it. */
const spread = (list, count) => list.length <= count ? list : Array.from({ length: count }, (_, index) => list[Math.floor(index * list.length / count)]);

/** Steps of duration in milliseconds, and columns of time, for a map of how many took how long. */
const durationSteps = [0, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000], heatColumns = 90;

/** @returns {import('../../parts/chartoptions.js').ChartData} */
function heatOf(points, { from, to }) {
    const period = Math.max(1, Math.ceil((to - from) / 1000 / heatColumns)), start = Math.floor(from / period / 1000) * period * 1000;
    const times = Array.from({ length: Math.ceil((to - start) / period / 1000) }, (_, index) => start + index * period * 1000);
    const series = durationSteps.map((least, index) => ({ key: String(least), token: 's1', label: durationSteps[index + 1] ? `${milliseconds(least)} – ${milliseconds(durationSteps[index + 1])}` : `over ${milliseconds(least)}`, values: new Array(times.length).fill(null) }));
    for (const { time, value } of points) {
        const row = series[durationSteps.findLastIndex(least => value >= least)], column = Math.floor((time - start) / period / 1000);
        if (row && column in times) row.values[column] = (row.values[column] ?? 0) + 1;
    }
    return { times, period, window: { from, to, now: to }, series, shape: 'heat', unit: 'Count', thresholds: [] };
}

const Map = {
    props: { summaries: { type: Array, required: true } },
    setup(props) {
        const live = useLive(async signal => {
            const failed = props.summaries.filter(hasFailed), chosen = spread(props.summaries, mappedMax);
            const answer = await wholeTraces(chosen.map(({ Id }) => Id), signal);
            return answer.ok ? { ok: true, value: { ...serviceMap(answer.value), count: answer.value.length, failed: failed.length } } : answer;
        }, () => [props.summaries.length > 0, route.query.only, route.query.service, route.query.f].join('\u0000'), { every: mapMilliseconds });
        return () => h(Card, {
            title: 'Services', live, isEmpty: (live.data?.services.length ?? 0) === 0, onRetry: refresh,
            note: live.data ? `from ${number(live.data.count)} of ${plural(props.summaries.length, 'trace')}` : undefined,
        }, {
            empty: () => h('p', { class: 'calm' }, 'No service to draw.'),
            default: () => h(ServiceGraph, { map: live.data, onChoose: name => setQuery({ service: route.query.service === name ? null : name }) }),
        });
    },
};

export const Traces = {
    setup() {
        const text = ref(route.query.f ?? '');
        const live = useLive(async signal => {
            const now = Date.now(), { from, to } = bounds(now), start = Math.max(from, to - windowMillisecondsMax);
            const answer = await traceSummaries({ from: start, to }, pagesMax, signal);
            if (!answer.ok) return answer;
            const messages = [];
            if (!answer.value.isWhole) messages.push(`only the newest ${number(answer.value.items.length)} traces are shown: a shorter range has all of its own`);
            if (start > from) messages.push('traces are looked for in the last day of the range');
            return { ok: true, value: { summaries: answer.value.items, messages, window: { from, to } } };
        }, () => null, { every: listMilliseconds });
        const shown = computed(() => (live.data?.summaries ?? []).filter(keeps).sort((a, b) => startOf(b) - startOf(a)));
        const points = computed(() => shown.value.map(summary => ({ key: summary.Id, time: startOf(summary) * 1000, value: lengthOf(summary) * 1000, state: stateOf(summary), label: nameOf(summary) })));
        const open = id => go(pathOf('/traces', id));
        const isMap = () => route.query.view === 'map', isHeat = () => route.query.as === 'heat';
        const heat = computed(() => isHeat() && live.data ? heatOf(points.value, live.data.window) : null);

        const filters = () => [
            h('span', { class: 'segments', role: 'group', 'aria-label': 'Which traces' }, [['', 'All'], ['failed', 'Failed']].map(([value, label]) => h('button', {
                type: 'button', 'aria-pressed': String((route.query.only ?? '') === value), onClick: () => setQuery({ only: value }),
            }, label))),
            route.query.service ? h('button', { type: 'button', class: 'plain', title: 'Show every service', onClick: () => setQuery({ service: null }) }, `service ${visible(route.query.service, 60)} ×`) : null,
            h('input', {
                class: 'field', 'data-filter': true, 'aria-label': 'Filter traces', placeholder: 'Path, service, status, annotation', value: text.value, spellcheck: false,
                onInput: event => { text.value = event.target.value; setQuery({ f: text.value.trim() }, { replace: true }); },
            }),
        ];
        const none = () => (live.data?.summaries.length ?? 0) > 0
            ? h('p', { class: 'calm' }, `None of the ${plural(live.data.summaries.length, 'trace')} of this time is like that.`) : teachTraces();

        return () => {
            const failed = shown.value.filter(hasFailed).length;
            return h('div', { class: 'page' }, [
                h('div', { class: 'heading' }, [
                    h('h1', 'Traces'),
                    h('span', { class: 'segments', role: 'group', 'aria-label': 'View' }, [[null, 'List'], ['map', 'Services']].map(([value, label]) => h('button', {
                        type: 'button', 'aria-pressed': String(isMap() === (value === 'map')), onClick: () => setQuery({ view: value }),
                    }, label))),
                    ...filters(),
                ]),
                isMap() && shown.value.length > 0 ? h(Map, { summaries: shown.value }) : null,
                h(ChartPanel, {
                    title: 'Duration', note: live.data ? `${plural(shown.value.length, 'trace')}, ${number(failed)} failed` : undefined, live, isEmpty: shown.value.length === 0, messages: live.data?.messages ?? [], onRetry: refresh,
                    data: heat.value, height: 220, call: () => ({ service: 'xray', path: '/TraceSummaries', operation: 'GetTraceSummaries', input: { StartTime: Math.floor(bounds().from / 1000), EndTime: Math.ceil(bounds().to / 1000) } }),
                }, {
                    actions: () => h('span', { class: 'segments', role: 'group', 'aria-label': 'Durations as' }, [[null, 'Points'], ['heat', 'Heat']].map(([value, label]) => h('button', {
                        type: 'button', 'aria-pressed': String(isHeat() === (value === 'heat')), onClick: () => setQuery({ as: value }),
                    }, label))),
                    empty: none,
                    ...isHeat() ? {} : { instead: () => h(Scatter, { title: 'Traces by duration', points: points.value, window: live.data.window, onOpen: open }) },
                }),
                shown.value.length > 0 ? h(Card, { title: 'Traces', note: 'newest first' }, {
                    default: () => h(Table, { label: 'Traces', rows: shown.value, columns, height: 520, lookOf: summary => summary.HasFault ? 'bad' : hasFailed(summary) ? 'odd' : null, onChoose: summary => open(summary.Id) }),
                }) : null,
            ]);
        };
    },
};

// Traces: how long each took and how it ended, over time and as a list, and the services they passed through.
import { computed, h, ref } from '../../core/vue.js';
import { milliseconds, number, plural, visible } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { go, link, pathOf, route, setQuery } from '../../core/router.js';
import { serviceMap } from '../../core/servicemap.js';
import { bounds, clockWithMilliseconds, day } from '../../core/time.js';
import { hasFailed, lengthOf, nameOf, startOf, stateOf, traceSummaries, wholeTraces, windowMillisecondsMax } from '../../core/traces.js';
import { awsCommand, Card, CopyButton } from '../../parts/card.js';
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
        const isMap = () => route.query.view === 'map';

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
                h(Card, {
                    title: 'Duration', note: live.data ? `${plural(shown.value.length, 'trace')}, ${number(failed)} failed` : undefined, live, isEmpty: shown.value.length === 0, messages: live.data?.messages ?? [], onRetry: refresh,
                }, {
                    actions: () => h(CopyButton, { text: awsCommand('xray get-trace-summaries', `--start-time ${Math.floor(bounds().from / 1000)} --end-time ${Math.floor(bounds().to / 1000)}`), label: 'Copy as aws-cli command', symbol: 'terminal' }),
                    empty: none,
                    default: () => h(Scatter, { title: 'Traces by duration', points: points.value, window: live.data.window, onOpen: open }),
                }),
                shown.value.length > 0 ? h(Card, { title: 'Traces', note: 'newest first' }, {
                    default: () => h(Table, { label: 'Traces', rows: shown.value, columns, height: 520, lookOf: summary => summary.HasFault ? 'bad' : hasFailed(summary) ? 'odd' : null, onChoose: summary => open(summary.Id) }),
                }) : null,
            ]);
        };
    },
};

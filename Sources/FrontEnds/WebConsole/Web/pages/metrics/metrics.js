// Metrics: find them, graph several together, compute with them, take the figures along.
import { computed, h } from '../../core/vue.js';
import { compareWith, comparison, comparisonName, comparisons } from '../../core/compare.js';
import { visible } from '../../core/format.js';
import { comparedGraph, freeId, queriesMax, readQueries, request, unitOf, written } from '../../core/graph.js';
import { refresh, useLive } from '../../core/live.js';
import { listMetrics, seriesKey } from '../../core/metrics.js';
import { route, setQuery } from '../../core/router.js';
import { bounds, fullMoment, periodFor } from '../../core/time.js';
import { say } from '../../core/toasts.js';
import { Card } from '../../parts/card.js';
import { colorTokens } from '../../parts/colors.js';
import { bigNumbers, newestFigures, pie } from '../../parts/figures.js';
import { icon } from '../../parts/icons.js';
import { ChartPanel } from '../../parts/panel.js';
import { teachMetrics } from '../../parts/teachings.js';
import { Browse } from './browse.js';
import { queryTable, withExpression } from './queries.js';

const periods = { '': 'Auto period', 1: '1 s', 5: '5 s', 10: '10 s', 30: '30 s', 60: '1 min', 300: '5 min', 900: '15 min', 3600: '1 h', 21600: '6 h', 86400: '1 day' };
const shapes = { line: 'Lines', area: 'Stacked', bars: 'Bars', heat: 'Heat', number: 'Numbers', pie: 'Pie' };
/** What is drawn of the newest figures instead of a chart over time. */
const ofFigures = { number: bigNumbers, pie };
/** More points than a screen has columns are not asked for. */
const pointsMax = 3000;

const queries = computed(() => readQueries(route.query.q));
const setQueries = list => setQuery({ q: list.length > 0 ? written(list) : null });
const shape = computed(() => shapes[route.query.view] ? route.query.view : 'line');

function windowNow() {
    const now = Date.now(), { from, to } = bounds(now), asked = Number(route.query.period);
    const fits = periods[asked] && (to - from) / 1000 / asked <= pointsMax;
    return { from, to, now, period: fits ? asked : periodFor({ from, to }), isCoarser: Boolean(asked) && !fits };
}

async function load(signal) {
    const window = windowNow(), list = queries.value;
    const [answer, ...units] = await Promise.all([comparedGraph(list, window, signal), ...list.filter(query => query.metric && !query.isHidden).map(query => query.stat === 'SampleCount' ? 'Count' : unitOf(query.metric, window, signal))]);
    if (!answer.ok) return answer;
    const unit = new Set(units).size === 1 && !list.some(query => query.expression !== undefined && !query.isHidden) ? units[0] : 'None';
    const messages = [...answer.value.messages, ...window.isCoarser ? ['the chosen period gives too many points for this range; a longer one is shown'] : []];
    return { ok: true, value: { window, times: answer.value.times, series: answer.value.series, unit, messages } };
}

export const Metrics = {
    setup() {
        const all = useLive(listMetrics, () => null, { every: 30_000 });
        const live = useLive(load, () => [route.query.q, route.query.period, comparison.value?.words].join('\u0000'), { news: () => [{ topic: 'metrics' }], pace: 5000 });

        const chosen = computed(() => new Set(queries.value.filter(({ metric }) => metric).map(({ metric }) => seriesKey(metric))));
        function toggle(metric) {
            const key = seriesKey(metric), rest = queries.value.filter(query => !query.metric || seriesKey(query.metric) !== key);
            if (rest.length < queries.value.length) return setQueries(rest);
            if (rest.length >= queriesMax) return say(`A graph holds at most ${queriesMax} queries`, 'bad');
            setQueries([...rest, { id: freeId(new Set(rest.map(({ id }) => id))), metric, stat: /count|requests|errors|invocations|sold|throttles|sent|received/i.test(metric.MetricName) ? 'Sum' : 'Average' }]);
        }

        const data = computed(() => {
            if (!live.data) return null;
            const { window, times, series, unit } = live.data, tokens = colorTokens(series.filter(({ isGhost }) => !isGhost).map(({ identity }) => identity));
            return { times, period: window.period, window, shape: shape.value, unit, thresholds: [], series: series.map(entry => ({ ...entry, token: tokens.get(entry.identity) ?? 's1' })) };
        });
        const title = computed(() => {
            const names = [...new Set(queries.value.filter(({ isHidden }) => !isHidden).map(({ metric, expression, label }) => label || (metric?.MetricName ?? expression)))];
            return names.length === 0 ? 'Graph' : visible(names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : ''), 120);
        });

        const select = (label, options, current, onChoose) => h('select', { class: 'field', 'aria-label': label, value: current, onChange: event => onChoose(event.target.value) },
            Object.entries(options).sort(([a], [b]) => (a === '' ? -1 : b === '' ? 1 : 0)).map(([value, text]) => h('option', { value }, text)));

        const graph = () => h(ChartPanel, {
            title: title.value, live, isEmpty: queries.value.length === 0, messages: live.data?.messages ?? [], onRetry: refresh, data: queries.value.length > 0 ? data.value : null, height: 320, queries: queries.value,
            call: () => ({ service: 'cloudwatch', operation: 'GetMetricData', input: request(queries.value, live.data?.window ?? windowNow()) }),
        }, {
            actions: () => [
                h('span', { class: 'segments', role: 'group', 'aria-label': 'Shape' }, Object.entries(shapes).map(([name, label]) => h('button', { type: 'button', 'aria-pressed': String(shape.value === name), onClick: () => setQuery({ view: name === 'line' ? null : name }) }, label))),
                select('Period', periods, route.query.period ?? '', value => setQuery({ period: value || null })), select('Compare', comparisons, comparisonName.value, compareWith),
            ],
            ...data.value && queries.value.length > 0 && ofFigures[shape.value] ? { instead: () => ofFigures[shape.value](newestFigures(data.value), data.value.unit) } : {},
            empty: () => h('p', { class: 'calm' }, 'Tick metrics below to graph them. Several together make one graph, and expressions compute with them.'),
        });

        const queryCard = () => h(Card, { title: 'Queries' }, {
            actions: () => [
                h('button', { type: 'button', class: 'plain', disabled: queries.value.length >= queriesMax, onClick: () => setQueries(withExpression(queries.value)) }, [icon('plus'), 'Expression']),
                queries.value.length > 0 ? h('button', { type: 'button', class: 'plain', onClick: () => setQueries([]) }, 'Clear') : null,
            ],
            default: () => queries.value.length > 0 ? queryTable({ queries: queries.value, data: data.value, error: live.error, onChange: setQueries }) : h('p', { class: 'meta' }, 'Nothing is graphed yet.'),
        });

        return () => h('div', { class: 'page metricspage' }, [
            h('div', { class: 'heading' }, [h('h1', 'Metrics'), live.data && queries.value.length > 0 ? h('span', { class: 'meta' }, `${periods[live.data.window.period] ?? `${live.data.window.period} s`} a point · ${fullMoment(live.data.window.from)} on`) : null]),
            all.data?.items.length === 0 ? h(Card, { title: 'Metrics', live: all, isEmpty: true, onRetry: refresh }, { default: () => null, empty: teachMetrics }) : [
                graph(), queryCard(),
                h(Browse, { live: all, chosen: chosen.value, onToggle: toggle }),
            ],
        ]);
    },
};

// A metric widget: its queries over the page's range, drawn as it asks.
import { computed, h } from '../../core/vue.js';
import { comparison } from '../../core/compare.js';
import { annotationsOf, columns, metricQueries } from '../../core/dashboards.js';
import { quantity, visible } from '../../core/format.js';
import { comparedGraph, request, unitOf } from '../../core/graph.js';
import { refresh, useLive } from '../../core/live.js';
import { bounds, periodFor } from '../../core/time.js';
import { colorTokens } from '../../parts/colors.js';
import { barList, bigNumbers, figureTable, gauge, newestFigures, pie } from '../../parts/figures.js';
import { ChartPanel } from '../../parts/panel.js';

const pointsMax = 2000;
/** What a card's head and legend take of its height, in pixels. */
const aroundPixels = 104, leastPixels = 72;

function windowOf(period, pixels) {
    const now = Date.now(), { from, to } = bounds(now);
    return { from, to, now, period: period && (to - from) / 1000 / period <= pointsMax ? period : Math.max(period ?? 0, periodFor({ from, to }, pixels)) };
}

/** Statistics of which the whole range's can be told from those of its periods. */
const folds = {
    Sum: values => values.reduce((sum, value) => sum + value, 0), SampleCount: values => values.reduce((sum, value) => sum + value, 0),
    Minimum: values => values.reduce((least, value) => Math.min(least, value), Infinity), Maximum: values => values.reduce((most, value) => Math.max(most, value), -Infinity),
};

const single = new Set(['singleValue', 'gauge', 'bar', 'pie', 'table']);
/** Charts over time. Heat is ours alone: it stands under our own key, so that the body stays valid elsewhere. */
const overTime = new Set(['timeSeries', 'heat']);
const limit = value => Number.isFinite(value) ? value : undefined;

export const MetricWidget = {
    props: { widget: { type: Object, required: true }, pixels: { type: Number, required: true } },
    setup(props) {
        const plan = computed(() => metricQueries(props.widget.properties)), notes = computed(() => annotationsOf(props.widget.properties));
        const view = computed(() => props.widget.properties.groundwatch?.view === 'heat' ? 'heat' : props.widget.properties.view ?? 'timeSeries');
        const pixels = computed(() => props.widget.width / columns * innerWidth);
        const live = useLive(async signal => {
            const { queries, period } = plan.value, window = windowOf(period, pixels.value), metrics = queries.filter(({ metric, isHidden }) => metric && !isHidden);
            const [answer, ...units] = await Promise.all([comparedGraph(queries, window, signal), ...metrics.slice(0, 4).map(({ metric, stat }) => stat === 'SampleCount' ? 'Count' : unitOf(metric, window, signal))]);
            if (!answer.ok) return answer;
            const unit = new Set(units).size === 1 && metrics.length === queries.filter(({ isHidden }) => !isHidden).length ? units[0] : 'None';
            return { ok: true, value: { ...answer.value, window, period: window.period, unit } };
        }, () => [JSON.stringify(props.widget.properties), comparison.value?.words].join('\u0000'), { news: () => [{ topic: 'metrics' }], pace: 5000 });

        const series = computed(() => {
            const found = live.data?.series ?? [], tokens = colorTokens(found.filter(({ isGhost }) => !isGhost).map(({ identity }) => identity));
            return found.map(entry => {
                const query = plan.value.queries.find(({ id }) => id === entry.id);
                return { ...entry, token: tokens.get(entry.identity) ?? 's1', color: query?.color, isRight: query?.isRight };
            });
        });
        const isWhole = computed(() => single.has(view.value) && props.widget.properties.setPeriodToTimeRange === true);
        const foldOf = id => folds[plan.value.queries.find(query => query.id === id)?.stat];
        /** One figure a series: the whole range's where the widget wants that, else that of the newest complete period. */
        const values = computed(() => newestFigures({ ...live.data, series: series.value }).map(figure => {
            const known = figure.values.filter(value => value !== null);
            return isWhole.value && foldOf(figure.id) ? { ...figure, value: known.length > 0 ? foldOf(figure.id)(known) : null } : figure;
        }));
        const remarks = () => isWhole.value && series.value.some(({ id }) => !foldOf(id)) ? ['the whole range’s figure is there for Sum, SampleCount, Minimum and Maximum; others are those of the newest period'] : [];

        const data = computed(() => {
            if (!live.data || !overTime.has(view.value)) return null;
            const { unit, window, times } = live.data, { yAxis, stacked } = props.widget.properties, { lines, bands, markers, spans } = notes.value;
            const limits = Object.fromEntries(['min', 'max'].map(end => [end, limit(yAxis?.left?.[end])]).filter(([, value]) => value !== undefined));
            return { times, period: window.period, window, unit, shape: view.value === 'heat' ? 'heat' : stacked === true ? 'area' : 'line', series: series.value, thresholds: lines, bands, markers, spans, limits, isPlain: props.widget.properties.legend?.position === 'hidden' };
        });

        function figures() {
            const { unit } = live.data, { yAxis = {}, sparkline } = props.widget.properties;
            switch (view.value) {
                case 'singleValue': return bigNumbers(values.value.map(figure => sparkline === false ? { ...figure, values: [] } : figure), unit);
                case 'bar': return barList(values.value, unit);
                case 'pie': return pie(values.value, unit);
                case 'gauge': return gauge(values.value, unit, { min: Number(yAxis.left?.min ?? 0), max: Number(yAxis.left?.max ?? 100) });
                case 'table': return figureTable(values.value, unit);
                default: return h('p', { class: 'meta' }, `The view “${String(view.value).slice(0, 40)}” is not supported; these are its figures: ${values.value.map(({ label, value }) => `${label} ${quantity(value, unit)}`).join(', ')}`);
            }
        }
        const title = computed(() => visible(props.widget.properties.title ?? plan.value.queries[0]?.metric?.MetricName ?? 'Metric', 200));

        return () => h(ChartPanel, {
            title: title.value, live, isEmpty: plan.value.queries.length === 0, messages: [...plan.value.remarks, ...live.data?.messages ?? [], ...remarks()], onRetry: refresh, scrolls: true,
            data: data.value, height: Math.max(leastPixels, props.pixels - aroundPixels), queries: plan.value.queries,
            call: () => ({ service: 'cloudwatch', operation: 'GetMetricData', input: request(plan.value.queries, live.data?.window ?? windowOf(plan.value.period, pixels.value)) }),
        }, {
            empty: () => h('p', { class: 'meta' }, 'The widget names no metric.'),
            ...overTime.has(view.value) ? {} : { instead: figures },
        });
    },
};

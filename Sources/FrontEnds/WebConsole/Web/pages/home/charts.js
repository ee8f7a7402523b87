// The home page's charts: one list of metrics, one request for all their data, a panel each.
import { computed, h } from '../../core/vue.js';
import { Card } from '../../parts/card.js';
import { teachMetrics } from '../../parts/teachings.js';
import { isFilling } from '../../parts/chartframe.js';
import { latestIndex } from '../../parts/chartoptions.js';
import { colorTokens } from '../../parts/colors.js';
import { ChartPanel } from '../../parts/panel.js';
import { comparison, ghosts } from '../../core/compare.js';
import { quantity, visible } from '../../core/format.js';
import { request } from '../../core/graph.js';
import { refresh, useLive } from '../../core/live.js';
import { listMetrics, metricData, seriesKey } from '../../core/metrics.js';
import { bounds, isMoving, periodFor } from '../../core/time.js';
import { chooseCharts } from './definitions.js';

/** Which metrics exist changes slowly; it is asked again this often, and at once while there are none. */
const listMilliseconds = 30_000;
/** About as wide as a panel is. */
const panelPixels = 420;

/** The panels' data, kept up to date; `data` is null until the first answer. */
export function useCharts() {
    let charts = [], listedAt = 0, isWhole = true;
    return useLive(async signal => {
        const now = Date.now();
        if (charts.length === 0 || now - listedAt > listMilliseconds) {
            const listed = await listMetrics(signal);
            if (!listed.ok) return listed;
            charts = chooseCharts(listed.value.items);
            isWhole = listed.value.isWhole;
            listedAt = now;
        }
        const choices = charts.flatMap(chart => chart.choices);
        const { from, to } = bounds(now);
        const window = { from, to, now, period: periodFor({ from, to }, panelPixels) };
        const none = { ok: true, value: { times: [], columns: [], messages: [] } };
        const [answer, before] = await Promise.all([
            choices.length > 0 ? metricData(choices, window, signal) : none,
            choices.length > 0 && comparison.value ? metricData(choices, window, signal, comparison.value.milliseconds) : none,
        ]);
        if (!answer.ok || !before.ok) return answer.ok ? before : answer;
        const { times, columns, messages } = answer.value;
        let next = 0;
        const panels = charts.map(chart => ({ ...chart, columns: chart.choices.map(() => ({ now: columns[next], before: before.value.columns[next++] })) }));
        return { ok: true, value: { window, times, panels, messages: isWhole ? messages : [...messages, 'only the first 2,000 metrics were looked at'] } };
    }, () => comparison.value?.words, { news: () => [{ topic: 'metrics' }], pace: 5000 });
}

/** What the chart part draws, from one panel and the alarms on its metrics. */
function chartData({ definition, choices, columns }, { window, times }, alarms) {
    const tokens = colorTokens(choices.map(choice => choice.key));
    const series = choices.map((choice, index) => ({ key: choice.key, label: choice.label, token: tokens.get(choice.key), values: columns[index].now }));
    const pale = comparison.value ? ghosts(series.map((entry, index) => ({ ...entry, values: columns[index].before ?? [] }))) : [];
    return { times, period: window.period, window, series: [...series, ...pale], shape: definition.shape, unit: definition.unit, thresholds: thresholdsFor(choices, window.period, alarms) };
}

/** The thresholds of alarms on just these series; a sum is comparable only over the same period. */
function thresholdsFor(choices, period, alarms) {
    const isSame = (choice, alarm) => choice.stat === (alarm.Statistic ?? alarm.ExtendedStatistic) && choice.key.startsWith(seriesKey(alarm) + '\u0000')
        && (alarm.Period === period || !['Sum', 'SampleCount'].includes(choice.stat));
    return alarms.filter(alarm => alarm.MetricName && Number.isFinite(alarm.Threshold) && choices.some(choice => isSame(choice, alarm)))
        .map(alarm => ({ value: alarm.Threshold, label: alarm.AlarmName }));
}

/** The figure in the card's head: the sum of a rate's series, or the first series' newest complete value. */
function headline(definition, data) {
    if (definition.isRate) {
        const end = data.times.length - (isFilling(data) ? 2 : 1);
        const known = data.series.filter(({ isGhost }) => !isGhost).map(series => series.values[end]).filter(value => value !== null && value !== undefined);
        return known.length > 0 ? quantity(known.reduce((sum, value) => sum + value, 0), data.unit) : '–';
    }
    const at = latestIndex(data, data.series[0]);
    return at < 0 ? '–' : quantity(data.series[0].values[at], data.unit);
}

const perPeriod = seconds => seconds === 60 ? 'per minute' : seconds < 3600 ? `per ${seconds / 60} min` : seconds === 3600 ? 'per hour' : `per ${seconds / 3600} h`;

/** A panel's series as queries of a graph. */
const queriesOf = choices => choices.map(({ metric, stat }, index) => ({ id: `m${index + 1}`, metric: { ...metric, Dimensions: metric.Dimensions ?? [] }, stat }));

const Panel = {
    props: { panel: { type: Object, required: true }, live: { type: Object, required: true }, alarms: { type: Array, required: true } },
    setup(props) {
        const data = computed(() => chartData(props.panel, props.live.data, props.alarms));
        return () => {
            const { definition, choices, left } = props.panel, first = data.value.series[0];
            return h(ChartPanel, {
                title: definition.title + (definition.isRate ? ` ${perPeriod(data.value.period)}` : ''), note: left > 0 ? `8 of ${8 + left} series` : undefined, data: data.value,
                queries: queriesOf(choices), call: () => ({ service: 'cloudwatch', operation: 'GetMetricData', input: request(queriesOf(choices), props.live.data.window) }),
            }, {
                before: () => h('p', { class: 'headline' }, [headline(definition, data.value), h('span', { class: 'meta' }, ` ${isMoving.value ? 'now' : 'at the end'}` + (definition.isRate || choices.length === 1 ? '' : `, ${visible(first.label, 80)}`))]),
            });
        };
    },
};

/** The row of panels; one card stands for all while there is nothing to draw. */
export function chartPanels(live, alarms) {
    if (!live.data || live.data.panels.length === 0) {
        return [h('div', { class: 'wide' }, h(Card, { title: 'Metrics', live, isEmpty: true, onRetry: refresh }, { default: () => null, empty: teachMetrics }))];
    }
    const remarks = live.error || live.data.messages.length > 0
        ? [h('div', { class: 'wide' }, h(Card, { title: 'Metrics', live, messages: live.data.messages, onRetry: refresh }, { default: () => null }))] : [];
    return [...remarks, ...live.data.panels.map(panel => h(Panel, { key: panel.definition.id, panel, live, alarms }))];
}

// A log widget: a query's rows, or its counts as a chart.
import { computed, h } from '../../core/vue.js';
import { logQuery } from '../../core/dashboards.js';
import { refresh, useLive } from '../../core/live.js';
import { byPeriod, runQuery } from '../../core/logquery.js';
import { link } from '../../core/router.js';
import { bounds } from '../../core/time.js';
import { Chart } from '../../parts/chart.js';
import { colorTokens } from '../../parts/colors.js';
import { barList, pie } from '../../parts/figures.js';
import { columnsOf } from '../../parts/logcolumns.js';
import { Table } from '../../parts/table.js';
import { Frame } from './frame.js';

/** A query costs more than a graph, so a log widget asks less often. */
const logMilliseconds = 30_000, seriesMax = 20;
const aroundPixels = 92, leastPixels = 72;

export const LogWidget = {
    props: { widget: { type: Object, required: true }, pixels: { type: Number, required: true } },
    setup(props) {
        const query = computed(() => logQuery(props.widget.properties.query)), view = computed(() => props.widget.properties.view ?? 'table');
        const live = useLive(async signal => {
            if (query.value.groups.length === 0) return { ok: true, value: null };
            const window = { ...bounds(), now: Date.now() }, answer = await runQuery({ ...query.value, from: window.from, to: window.to }, signal);
            return answer.ok ? { ok: true, value: { ...answer.value, window } } : answer;
        }, () => JSON.stringify(props.widget.properties), { every: logMilliseconds });

        function chart() {
            const found = byPeriod(live.data, live.data.window);
            if (!found) return table();
            const keys = found.series.slice(0, seriesMax).map(({ key }) => key), tokens = colorTokens(keys);
            const data = { times: found.times, period: found.period, window: live.data.window, unit: 'None', thresholds: [], shape: props.widget.properties.stacked || view.value === 'stacked' ? 'area' : view.value === 'bar' ? 'bars' : 'line', series: found.series.slice(0, seriesMax).map(({ key, values }) => ({ key, label: key, token: tokens.get(key), values })) };
            return h(Chart, { title: String(props.widget.properties.title ?? 'Logs'), data, height: Math.max(leastPixels, props.pixels - aroundPixels) });
        }
        const shares = () => {
            const { fields, rows } = live.data, number = fields.find(field => rows.every(row => Number.isFinite(Number(row[field])))), tokens = colorTokens(rows.slice(0, seriesMax).map((_, index) => String(index)));
            if (!number) return null;
            return rows.slice(0, seriesMax).map((row, index) => ({ key: String(index), label: fields.filter(field => field !== number).map(field => row[field]).join(' · ') || number, value: Number(row[number]), token: tokens.get(String(index)) }));
        };
        const table = () => h(Table, {
            label: String(props.widget.properties.title ?? 'Rows'), rows: live.data.rows, height: Math.max(leastPixels, props.pixels - 60),
            columns: columnsOf(live.data.fields, live.data.rows),
        });
        function body() {
            if (['timeSeries', 'stacked'].includes(view.value) || (view.value === 'bar' && byPeriod(live.data, live.data.window))) return chart();
            const figures = ['bar', 'pie'].includes(view.value) ? shares() : null;
            return figures ? (view.value === 'pie' ? pie : barList)(figures, 'None') : table();
        }
        return () => h(Frame, { title: String(props.widget.properties.title ?? 'Logs'), live: query.value.groups.length > 0 ? live : undefined, onRetry: refresh, isEmpty: query.value.groups.length === 0 || live.data?.rows.length === 0, messages: live.data?.isLimited ? ['only the first rows are here'] : [] }, {
            actions: () => query.value.groups.length > 0 ? link('/logs', 'Open', { query: { g: query.value.groups.join(','), q: query.value.text }, class: 'meta' }) : null,
            empty: () => h('p', { class: 'meta' }, query.value.groups.length === 0 ? 'The query names no log group: it begins with SOURCE \'group\' |' : 'No line of this time matches.'),
            default: () => live.data ? body() : null,
        });
    },
};

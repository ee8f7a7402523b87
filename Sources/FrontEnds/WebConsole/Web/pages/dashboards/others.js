// The widgets that are no metrics: text, states of alarms, and logs.
import { computed, h } from '../../core/vue.js';
import { call } from '../../core/api.js';
import { condition } from '../../core/alarms.js';
import { alarmName, annotationsOf, logQuery } from '../../core/dashboards.js';
import { visible } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { byPeriod, runQuery } from '../../core/logquery.js';
import { link, pathOf } from '../../core/router.js';
import { bounds } from '../../core/time.js';
import { Chart } from '../../parts/chart.js';
import { colorTokens } from '../../parts/colors.js';
import { barList, pie } from '../../parts/figures.js';
import { JSONTree } from '../../parts/jsontree.js';
import { columnsOf } from '../../parts/logcolumns.js';
import { markdown } from '../../parts/markdown.js';
import { stateBadge } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { Frame } from './frame.js';

/** A query costs more than a graph, so a log widget asks less often. */
const logMilliseconds = 30_000, alarmsMax = 100, seriesMax = 20;
const aroundPixels = 92, leastPixels = 72;

export const TextWidget = {
    props: { widget: { type: Object, required: true } },
    setup: props => {
        const text = computed(() => markdown(props.widget.properties.markdown));
        return () => h('section', { class: ['widget', 'text', { card: props.widget.properties.background !== 'transparent' }], 'aria-label': `Text ${Number(props.widget.key) + 1}`, tabindex: 0 }, text.value);
    },
};

export const AlarmWidget = {
    props: { widget: { type: Object, required: true } },
    setup(props) {
        const names = computed(() => {
            const { alarms } = props.widget.properties;
            return (Array.isArray(alarms) ? alarms : annotationsOf(props.widget.properties).alarms).filter(arn => typeof arn === 'string').slice(0, alarmsMax).map(alarmName);
        });
        const live = useLive(async signal => {
            if (names.value.length === 0) return { ok: true, value: { alarms: [] } };
            const answer = await call('cloudwatch', 'DescribeAlarms', { AlarmNames: names.value, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: 100 }, signal);
            return answer.ok ? { ok: true, value: { alarms: [...answer.value.MetricAlarms ?? [], ...answer.value.CompositeAlarms ?? []] } } : answer;
        }, () => names.value.join('\u0000'));
        const tile = name => {
            const alarm = live.data.alarms.find(({ AlarmName }) => AlarmName === name);
            return h('li', { key: name, class: ['tile', alarm?.StateValue] }, [
                alarm ? stateBadge(alarm.StateValue) : stateBadge('INSUFFICIENT_DATA', 'Not there'), link(pathOf('/alarms', name), visible(name, 255), { title: alarm ? condition(alarm) : 'There is no alarm of this name here' }),
            ]);
        };
        return () => h(Frame, { title: String(props.widget.properties.title ?? 'Alarms'), live, onRetry: refresh, isEmpty: names.value.length === 0 }, {
            empty: () => h('p', { class: 'meta' }, 'The widget names no alarm.'), default: () => h('ul', { class: 'tiles' }, names.value.map(tile)),
        });
    },
};

export const LogWidget = {
    props: { widget: { type: Object, required: true }, pixels: { type: Number, required: true } },
    setup(props) {
        const query = computed(() => logQuery(props.widget.properties.query)), view = computed(() => props.widget.properties.view ?? 'table');
        const live = useLive(async signal => {
            if (query.value.groups.length === 0) return { ok: true, value: null };
            const window = { ...bounds(), now: Date.now() }, answer = await runQuery({ ...query.value, from: window.from, to: window.to }, signal);
            return answer.ok ? { ok: true, value: { ...answer.value, window } } : answer;
        }, () => props.widget, { every: logMilliseconds });

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

export const UnknownWidget = {
    props: { widget: { type: Object, required: true } },
    setup: props => () => h(Frame, { title: `Widget of type “${props.widget.type || 'none'}”` }, { default: () => [h('p', { class: 'meta' }, 'This kind of widget is not supported here. It says:'), h(JSONTree, { value: props.widget.properties })] }),
};

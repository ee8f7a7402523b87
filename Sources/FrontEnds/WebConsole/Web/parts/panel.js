// A chart in its card with everything that can be done with one: its twin as a table, its figures as CSV, its picture, the API call
// that made it, a link to it, its queries on the metrics page, and the whole screen.
import { h, ref } from '../core/vue.js';
import { written } from '../core/graph.js';
import { addressOf, go, route } from '../core/router.js';
import { bounds } from '../core/time.js';
import { fixedAddress } from '../core/timerange.js';
import { copy } from '../core/toasts.js';
import { AddToDashboard, metricWidget } from './addtodashboard.js';
import { CallDrawer } from './apicall.js';
import { Card } from './card.js';
import { Chart } from './chart.js';
import { chartTable } from './charttable.js';
import { icon } from './icons.js';
import { hasFigures, switchLegend } from './legend.js';
import { Menu } from './menu.js';
import { csvOf, saveText } from './save.js';

const fileName = title => title.replace(/[^\w.-]+/g, '-').slice(0, 80) || 'chart';

/** @param {import('./chartoptions.js').ChartData} data */
export function saveCSV(title, { times, series }) {
    saveText(`${fileName(title)}.csv`, csvOf(['time', ...series.map(({ label }) => label)], times.map((time, index) => [new Date(time).toISOString(), ...series.map(({ values }) => values[index] ?? '')])), 'text/csv');
}

/**
 * @example h(ChartPanel, { title, data, live, call: () => ({ service: 'cloudwatch', operation: 'GetMetricData', input }), queries })
 * `data` is null until there is some. Slots: `empty`, `actions` (before its own), `before` and `after` the chart, and `instead` of it.
 */
export const ChartPanel = {
    props: {
        title: { type: String, required: true }, note: String, live: Object, isEmpty: Boolean, messages: { type: Array, default: () => [] }, onRetry: Function, scrolls: Boolean,
        data: { type: Object, default: null }, height: { type: Number, default: 168 },
        /** Gives the call behind the chart, asked when somebody wants to see it. */
        call: { type: Function, default: null },
        /** The chart's queries, for the metrics page. */
        queries: { type: Array, default: null },
    },
    setup(props, { slots }) {
        const isTable = ref(false), shownCall = ref(null), added = ref(null), chart = ref(null), card = ref(null);
        /** The chart by itself, with a range that stays; the page where it has no queries of its own. */
        function linkTo() {
            if (!props.queries?.length || route.path === '/metrics') return fixedAddress();
            const { from, to } = bounds(), { shape, period } = props.data ?? {};
            return location.origin + addressOf('/metrics', { q: written(props.queries), view: ['area', 'bars', 'heat', 'number', 'pie'].includes(shape) ? shape : null, period: period ? String(period) : null, from: String(from), to: String(to), live: null });
        }
        const items = () => [
            { label: hasFigures() ? 'Legend: names' : 'Legend: figures', symbol: 'table', run: switchLegend },
            { label: 'Save as CSV', symbol: 'save', run: () => saveCSV(props.title, props.data), isOff: !props.data?.series.length },
            { label: 'Save as PNG', symbol: 'picture', run: () => chart.value?.savePNG(), isOff: isTable.value || !chart.value },
            { label: 'Copy a link', symbol: 'link', run: () => copy(linkTo(), 'Link with a fixed range') },
            ...props.call ? [{ label: 'Show the API call', symbol: 'terminal', run: () => { shownCall.value = props.call(); } }] : [],
            ...props.queries?.length && route.path !== '/metrics' ? [{ label: 'Open in metrics', symbol: 'metrics', run: () => go('/metrics', { q: written(props.queries) }) }] : [],
            ...props.queries?.length && props.data ? [{ label: 'Add to a dashboard', symbol: 'dashboards', run: () => { added.value = metricWidget(props.title, props.queries, { shape: props.data.shape }); } }] : [],
            ...props.queries?.length && props.data ? [{ label: 'Make an alarm of it', symbol: 'alarms', run: () => go('/alarms', { new: '1', q: written(props.queries), period: String(props.data.period) }) }] : [],
            { label: 'Whole screen', symbol: 'expand', run: () => card.value.$el.requestFullscreen?.() },
        ];
        const body = () => {
            if (slots.instead) return slots.instead();
            if (!props.data) return null;
            return isTable.value ? chartTable(props.title, props.data) : h(Chart, { ref: chart, title: props.title, data: props.data, height: props.height });
        };
        return () => [
            h(Card, { ref: card, class: ['chartcard', { widget: props.scrolls }], title: props.title, note: props.note, live: props.live, isEmpty: props.isEmpty, messages: props.messages, onRetry: props.onRetry, scrolls: props.scrolls }, {
                actions: () => [
                    slots.actions?.(),
                    slots.instead ? null : h('button', {
                        type: 'button', class: 'quiet', 'aria-pressed': String(isTable.value), title: isTable.value ? 'Show the chart' : 'Show as a table', 'aria-label': isTable.value ? 'Show the chart' : 'Show as a table',
                        onClick: () => { isTable.value = !isTable.value; },
                    }, icon(isTable.value ? 'chart' : 'table')),
                    h(Menu, { label: `More for ${props.title}`.slice(0, 120), items: items() }),
                ],
                default: () => [slots.before?.(), body(), slots.after?.()],
                ...slots.empty ? { empty: slots.empty } : {},
            }),
            added.value ? h(AddToDashboard, { widget: added.value, onClose: () => { added.value = null; } }) : null,
            shownCall.value ? h(CallDrawer, { call: shownCall.value, onClose: () => { shownCall.value = null; } }) : null,
        ];
    },
};

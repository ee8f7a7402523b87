// One dashboard: its widgets on the grid, each asking for its data when it comes near the window.
import { computed, h, onBeforeUnmount, onMounted, ref } from '../../core/vue.js';
import { call } from '../../core/api.js';
import { columns, readBody, startOf } from '../../core/dashboards.js';
import { visible } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { link, route, setQuery } from '../../core/router.js';
import { awsCommand, Card, CopyButton } from '../../parts/card.js';
import { MetricWidget } from './metric.js';
import { AlarmWidget, LogWidget, TextWidget, UnknownWidget } from './others.js';

/** A row of the grid and the gap between rows, in pixels; as in dashboards.css. */
const rowPixels = 42, gapPixels = 12, nearPixels = '300px';

function partFor({ type, properties }) {
    if (type === 'metric') return properties.annotations?.alarms && !properties.metrics ? AlarmWidget : MetricWidget;
    return { text: TextWidget, alarm: AlarmWidget, log: LogWidget }[type] ?? UnknownWidget;
}

/** A widget's place; what is in it is made when it is first near. */
const Place = {
    props: { widget: { type: Object, required: true } },
    setup(props) {
        const place = ref(null), isNear = ref(false);
        let watcher = null;
        onMounted(() => {
            watcher = new IntersectionObserver(entries => {
                if (!entries.some(entry => entry.isIntersecting)) return;
                isNear.value = true;
                watcher.disconnect();
            }, { rootMargin: nearPixels });
            watcher.observe(place.value);
        });
        onBeforeUnmount(() => watcher?.disconnect());
        return () => {
            const { x, y, width, height } = props.widget, pixels = height * rowPixels + (height - 1) * gapPixels;
            return h('div', { class: 'place', ref: place, style: { gridColumn: `${x + 1} / span ${width}`, gridRow: `${y + 1} / span ${height}`, '--height': `${Math.min(pixels, 420)}px` } },
                isNear.value ? h(partFor(props.widget), { widget: props.widget, ...props.widget.type === 'metric' || props.widget.type === 'log' ? { pixels } : {} }) : h('div', { class: 'card waiting' }));
        };
    },
};

export const Dashboard = {
    props: { name: { type: String, required: true } },
    setup(props) {
        const live = useLive(async signal => {
            const answer = await call('cloudwatch', 'GetDashboard', { DashboardName: props.name }, signal);
            if (!answer.ok) return answer;
            const text = String(answer.value.DashboardBody ?? ''), isSame = live?.data?.text === text;
            // An equal body keeps its widgets, and with them what they show.
            return { ok: true, value: isSame ? live.data : { text, body: readBody(text) } };
        }, () => props.name, { every: 30_000 });
        const body = computed(() => live.data?.body ?? null);
        const ordered = computed(() => [...body.value?.widgets ?? []].sort((a, b) => a.y - b.y || a.x - b.x));
        const own = computed(() => startOf(body.value?.start));
        return () => h('div', { class: 'page dashboard' }, [
            h('div', { class: 'heading' }, [
                h('h1', h('bdi', visible(props.name, 255))), link('/dashboards', 'All dashboards'),
                own.value && !route.query.from ? h('button', { type: 'button', class: 'plain', onClick: () => setQuery({ from: own.value, to: null }) }, `Its own range: ${own.value}`) : null,
                live.data ? h(CopyButton, { text: live.data.text, label: 'Copy its JSON' }) : null,
                h(CopyButton, { text: awsCommand(`cloudwatch get-dashboard --dashboard-name '${props.name.replaceAll("'", `'\\''`)}'`), label: 'Copy as aws-cli command', symbol: 'terminal' }),
            ]),
            body.value === null || body.value.remarks.length > 0 ? h(Card, { title: 'Dashboard', live, isEmpty: body.value === null, messages: body.value?.remarks ?? [], onRetry: refresh }, {
                empty: () => h('p', { class: 'calm' }, 'What is stored under this name is no dashboard body.'), default: () => null,
            }) : null,
            h('div', { class: 'grid', style: { gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` } }, ordered.value.map(widget => h(Place, { key: `${props.name} ${widget.key} ${live.data.text.length}`, widget }))),
        ]);
    },
};

// A chart panel: the drawing by ECharts, and around it, as ordinary elements, what a person touches or reads: the cursor that
// all panels share, the values under it, the legend, and dragging to zoom. Labels from outside are only ever text.
import { computed, h, onBeforeUnmount, onMounted, ref, shallowRef, watch } from '../core/vue.js';
import { cursor, pointAt, pointAway } from '../core/cursor.js';
import { setQuery } from '../core/router.js';
import { colors } from '../core/theme.js';
import { zone } from '../core/time.js';
import { stepBack, widen } from '../core/timerange.js';
import { marginsOf } from './chartframe.js';
import { chartOptions, summary } from './chartoptions.js';
import { chartTip } from './charttip.js';
import { heatScale } from './heatoptions.js';
import { legend } from './legend.js';
import { saveChart } from './save.js';

/** Fetched with the first chart, so that the frame does not wait for a megabyte. */
let library;
const loadLibrary = () => library ??= import('../vendor/echarts/index.js').then(module => module.echarts);

const dragPixelsMin = 6;

export const Chart = {
    props: {
        title: { type: String, required: true },
        /** @type {import('../core/vue.js').PropType<import('./chartoptions.js').ChartData>} */
        data: { type: Object, required: true },
        /** Of the plot, in pixels. */
        height: { type: Number, default: 168 },
    },
    setup(props, { expose }) {
        const plot = ref(null), width = ref(0), isOver = ref(false), drag = shallowRef(null), problem = ref('');
        const hidden = ref(new Set());
        let chart = null, sizes = null, isGone = false;

        onMounted(async () => {
            let echarts;
            try {
                echarts = await loadLibrary();
            } catch (error) {
                library = undefined;
                problem.value = `The chart library could not be loaded (${error.message}).`;
                return;
            }
            if (isGone) return;
            chart = echarts.init(plot.value, null, { renderer: 'canvas' });
            sizes = new ResizeObserver(([entry]) => {
                width.value = entry.contentRect.width;
                // The first report is of the size that it was drawn with.
                if (chart.getWidth() !== plot.value.clientWidth || chart.getHeight() !== plot.value.clientHeight) chart.resize();
            });
            sizes.observe(plot.value);
            draw();
        });
        onBeforeUnmount(() => {
            isGone = true;
            sizes?.disconnect();
            chart?.dispose();
        });

        function draw() { chart?.setOption(chartOptions(props.data, hidden.value, colors.value), { notMerge: true }); }
        watch([() => props.data, hidden, colors, zone], draw);

        expose({ savePNG: () => chart && saveChart(props.title, chart.getRenderedCanvas({ pixelRatio: 2, backgroundColor: colors.value['bg-1'] }), props.data.series.filter(({ key }) => !hidden.value.has(key)), colors.value) });

        // The plot's own scale: time is linear between the margins.
        const margins = computed(() => marginsOf(props.data));
        const inner = computed(() => Math.max(1, width.value - margins.value.left - margins.value.right));
        const pixelOf = time => margins.value.left + (time - props.data.window.from) / (props.data.window.to - props.data.window.from) * inner.value;
        const timeAt = x => props.data.window.from + Math.min(1, Math.max(0, (x - margins.value.left) / inner.value)) * (props.data.window.to - props.data.window.from);

        const isEmpty = computed(() => !props.data.series.some(series => series.values.some(value => value !== null && value !== undefined)));

        /** The period under the cursor, or -1. */
        const index = computed(() => {
            const { times, period } = props.data;
            if (cursor.time === null || times.length === 0) return -1;
            const at = (cursor.time - times[0]) / (period * 1000), nearest = props.data.shape === 'heat' ? Math.floor(at) : Math.round(at);
            return nearest >= 0 && nearest < times.length ? nearest : -1;
        });

        const pointer = {
            onPointermove(event) {
                const x = event.clientX - plot.value.getBoundingClientRect().left;
                isOver.value = true;
                pointAt(timeAt(x), props.data.period * 1000);
                if (drag.value) drag.value = { ...drag.value, to: x };
            },
            onPointerleave() { isOver.value = false; pointAway(); },
            onPointerdown(event) {
                if (event.button !== 0 || event.pointerType === 'touch') return;
                const x = event.clientX - plot.value.getBoundingClientRect().left;
                event.currentTarget.setPointerCapture(event.pointerId);
                drag.value = { from: x, to: x, isPan: event.altKey };
            },
            onPointerup() {
                const { from, to, isPan } = drag.value ?? { from: 0, to: 0 };
                drag.value = null;
                if (Math.abs(to - from) < dragPixelsMin) return;
                const moved = isPan ? timeAt(from) - timeAt(to) : 0, { window } = props.data;
                const ends = isPan ? [window.from + moved, window.to + moved] : [timeAt(from), timeAt(to)].sort((a, b) => a - b);
                setQuery({ from: String(Math.round(ends[0])), to: String(Math.round(ends[1])) });
            },
            onPointercancel() { drag.value = null; },
            onDblclick() { if (!stepBack()) widen(); },
            onKeydown(event) {
                const { times, period } = props.data;
                const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -times.length, End: times.length };
                if (!(event.key in steps) || times.length === 0) return;
                event.preventDefault();
                const start = index.value < 0 ? times.length - 1 : index.value + steps[event.key] * (event.shiftKey ? 10 : 1);
                pointAt(times[0] + Math.min(times.length - 1, Math.max(0, start)) * period * 1000, period * 1000);
                isOver.value = true;
            },
            onBlur() { isOver.value = false; pointAway(); },
        };

        function overlay() {
            const parts = [];
            const { data } = props;
            if (drag.value && !drag.value.isPan) {
                const [left, right] = [drag.value.from, drag.value.to].sort((a, b) => a - b);
                parts.push(h('div', { class: 'brush', style: { left: `${left}px`, width: `${right - left}px` } }));
            }
            if (index.value < 0 || width.value === 0) return parts;
            const x = pixelOf(data.times[index.value]);
            if (x >= margins.value.left - 1 && x <= width.value - margins.value.right + 1) parts.push(h('div', { class: 'cursor', style: { left: `${x}px` } }));
            if (isOver.value) parts.push(chartTip({ data, hidden: hidden.value, index: index.value, x, width: width.value }));
            return parts;
        }

        function toggle(key) {
            const next = new Set(hidden.value);
            if (!next.delete(key)) next.add(key);
            hidden.value = next;
        }

        /** Only this one; and when it is alone already, all again. */
        function only(key) {
            const others = props.data.series.map(series => series.key).filter(other => other !== key);
            hidden.value = others.every(other => hidden.value.has(other)) ? new Set() : new Set(others);
        }

        const below = () => props.data.shape === 'heat'
            ? h('div', { class: 'heatscale meta', 'aria-hidden': 'true' }, heatScale(props.data).map(({ step, from }) => h('span', [step === null ? null : h('i', { class: `heat-${step}` }), from])))
            : legend({ data: props.data, hidden: hidden.value, onToggle: toggle, onOnly: only });

        return () => h('div', { class: 'chart' }, [
            h('div', { class: 'plotframe', tabindex: 0, role: 'group', 'aria-label': summary(props.title, props.data), style: { height: `${props.height}px` }, ...pointer }, [
                h('div', { class: 'plot', ref: plot }),
                isEmpty.value ? h('p', { class: 'nothing' }, 'No data in this time') : null,
                problem.value ? h('p', { class: 'failed', role: 'alert' }, problem.value) : null,
                ...overlay(),
            ]),
            props.data.isPlain ? null : below(),
        ]);
    },
};

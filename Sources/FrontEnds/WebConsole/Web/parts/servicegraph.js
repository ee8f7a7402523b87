// The service graph: a box a service, a line a kind of call. What colour, width and figures mean stands below it, and the same
// is there as a table.
import { computed, h, ref } from '../core/vue.js';
import { layout, nodesMax } from '../core/servicemap.js';
import { milliseconds, number, plural, visible } from '../core/format.js';

const boxWidth = 166, boxHeight = 54, rankPixels = 210, rowPixels = 84, margin = 14, nameLength = 21;
/** Smaller than this a name cannot be read, so a wide graph scrolls instead. */
const scaleMin = 0.75;

const share = ({ faults, errors, throttles, count }) => ({ bad: faults / count, odd: Math.min(1, (errors + throttles) / count) });
const mean = ({ seconds, count }) => milliseconds(seconds / count * 1000);

export const ServiceGraph = {
    props: { map: { type: Object, required: true } },
    emits: ['choose'],
    setup(props, { emit }) {
        const near = ref(null), isTable = ref(false);
        const drawn = computed(() => layout({ services: props.map.services.slice(0, nodesMax), calls: props.map.calls.filter(({ from, to }) => [from, to].every(name => props.map.services.slice(0, nodesMax).some(service => service.name === name))) }));
        const most = computed(() => Math.max(1, ...props.map.calls.map(({ count }) => count)));
        const x = rank => margin + rank * rankPixels, y = row => margin + row * rowPixels;
        const isFar = ({ from, to }) => near.value !== null && from !== near.value && to !== near.value;

        function path({ points, isBack }) {
            if (isBack) {
                const [from, to] = points, low = y(drawn.value.rows) - rowPixels + boxHeight + 26;
                return `M${x(from.rank) + boxWidth / 2},${y(from.row) + boxHeight} C${x(from.rank) + boxWidth / 2},${low} ${x(to.rank) + boxWidth / 2},${low} ${x(to.rank) + boxWidth / 2},${y(to.row) + boxHeight + 5}`;
            }
            let text = `M${x(points[0].rank) + boxWidth},${y(points[0].row) + boxHeight / 2}`, at = x(points[0].rank) + boxWidth, high = y(points[0].row) + boxHeight / 2;
            points.slice(1).forEach((point, index) => {
                const isEnd = index === points.length - 2, next = x(point.rank) - (isEnd ? 6 : 0), level = y(point.row) + boxHeight / 2, half = (next - at) / 2;
                text += ` C${at + half},${high} ${next - half},${level} ${next},${level}`;
                // Through a rank a line runs straight.
                if (!isEnd) text += ` L${next + boxWidth},${level}`;
                at = next + (isEnd ? 0 : boxWidth);
                high = level;
            });
            return text;
        }

        function line(entry) {
            const { call, points } = entry, middle = points[points.length - 1], first = points[points.length - 2];
            const label = { x: (x(first.rank) + boxWidth + x(middle.rank)) / 2, y: (y(first.row) + y(middle.row)) / 2 + boxHeight / 2 };
            return h('g', { key: `${call.from} ${call.to}`, class: ['call', { bad: call.failed > 0, far: isFar(call) }] }, [
                h('path', { d: path(entry), 'stroke-width': 1 + 3 * Math.log1p(call.count) / Math.log1p(most.value), 'marker-end': 'url(#arrow)' }),
                entry.isBack ? null : h('text', { x: label.x, y: label.y - 5, 'text-anchor': 'middle' }, `${mean(call)}`),
            ]);
        }

        function box(service) {
            const place = drawn.value.places.get(service.name), { bad, odd } = share(service), long = service.name.length > nameLength;
            if (!place) return null;
            const isLinked = near.value === null || near.value === service.name || props.map.calls.some(({ from, to }) => (from === near.value && to === service.name) || (to === near.value && from === service.name));
            return h('g', {
                key: service.name, class: ['service', { far: !isLinked }], transform: `translate(${x(place.rank)},${y(place.row)})`, tabindex: 0, role: 'button',
                'aria-label': `${visible(service.name, 80)}: ${plural(service.count, 'call')}, ${mean(service)} on average, ${number(service.faults)} faults, ${number(service.errors + service.throttles)} errors`,
                onPointerenter: () => { near.value = service.name; }, onPointerleave: () => { near.value = null; }, onFocus: () => { near.value = service.name; }, onBlur: () => { near.value = null; },
                onClick: () => emit('choose', service.name), onKeydown: event => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); emit('choose', service.name); } },
            }, [
                h('title', visible(service.name, 200)),
                h('rect', { class: 'box', width: boxWidth, height: boxHeight, rx: 6 }),
                h('rect', { class: 'well', x: 1, y: boxHeight - 5, width: boxWidth - 2, height: 4 }),
                bad + odd > 0 ? h('rect', { class: 'odd', x: 1, y: boxHeight - 5, width: Math.max(3, (boxWidth - 2) * Math.min(1, bad + odd)), height: 4 }) : null,
                bad > 0 ? h('rect', { class: 'bad', x: 1, y: boxHeight - 5, width: Math.max(3, (boxWidth - 2) * bad), height: 4 }) : null,
                h('text', { x: 10, y: 20, class: 'name' }, visible(long ? `${service.name.slice(0, nameLength - 1)}…` : service.name, 80)),
                h('text', { x: 10, y: 38, class: 'figures' }, `${number(service.count)} · ${mean(service)}${service.faults > 0 ? ` · ▲ ${number(service.faults)}` : ''}${service.errors + service.throttles > 0 ? ` · ◆ ${number(service.errors + service.throttles)}` : ''}`),
            ]);
        }

        const table = () => h('table', { class: 'servicetable' }, [
            h('thead', h('tr', ['Service', 'Kind', 'Calls', 'Mean', 'Faults', 'Errors', 'Throttles', 'Calls to'].map(name => h('th', { scope: 'col' }, name)))),
            h('tbody', props.map.services.map(service => h('tr', { key: service.name }, [
                h('th', { scope: 'row' }, h('bdi', visible(service.name, 120))), h('td', visible(service.kind || '–', 60)), h('td', number(service.count)), h('td', mean(service)), h('td', number(service.faults)), h('td', number(service.errors)), h('td', number(service.throttles)),
                h('td', props.map.calls.filter(({ from }) => from === service.name).map(({ to }) => visible(to, 80)).join(', ') || '–'),
            ]))),
        ]);

        return () => {
            const { ranks, rows, lines } = drawn.value, hasBack = lines.some(({ isBack }) => isBack);
            const width = 2 * margin + (ranks - 1) * rankPixels + boxWidth, height = 2 * margin + (rows - 1) * rowPixels + boxHeight + (hasBack ? 34 : 0);
            return h('div', { class: 'servicegraph' }, [
                isTable.value ? table() : h('div', { class: 'canvas', tabindex: 0, role: 'region', 'aria-label': 'Service graph' }, h('svg', { viewBox: `0 0 ${width} ${height}`, style: { minWidth: `${Math.round(width * scaleMin)}px`, maxWidth: `${width}px` }, role: 'group', 'aria-label': `${plural(props.map.services.length, 'service')}, ${plural(props.map.calls.length, 'kind of call', 'kinds of call')}` }, [
                    h('defs', h('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 6, refY: 4, markerWidth: 7, markerHeight: 7, markerUnits: 'userSpaceOnUse', orient: 'auto-start-reverse' }, h('path', { d: 'M0,0 L8,4 L0,8 Z' }))),
                    ...lines.map(line), ...props.map.services.slice(0, nodesMax).map(box),
                ])),
                h('div', { class: 'graphlegend meta' }, [
                    h('span', 'In a box: calls · mean time'), h('span', [h('b', { class: 'state alarm' }, '▲'), ' faults']), h('span', [h('b', { class: 'state warn' }, '◆'), ' errors and throttles']),
                    h('span', 'Strip: their share'), h('span', 'Line: wider with more calls, its figure the mean time'),
                    h('button', { type: 'button', class: 'link', onClick: () => { isTable.value = !isTable.value; } }, isTable.value ? 'Show the graph' : 'Show as a table'),
                    props.map.services.length > nodesMax ? h('b', `only ${nodesMax} of ${props.map.services.length} services are drawn`) : null,
                ]),
            ]);
        };
    },
};

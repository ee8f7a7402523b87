// System: how this server itself does, from what it says at /health/detailed and /metrics.
import { computed, h } from '../../core/vue.js';
import { bytes, number, visible } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { askSelf } from '../../core/selfcheck.js';
import { Card, CopyButton } from '../../parts/card.js';
import { bigNumbers } from '../../parts/figures.js';
import { stateBadge } from '../../parts/state.js';
import { by, Table } from '../../parts/table.js';

/** As many readings as a spark line shows: some minutes. */
const keptMax = 120;

/** The first reading of a family, or null. */
const first = (families, name) => families.get(name)?.readings[0]?.value ?? null;

/** What stands on top: a name, its unit, and how it is told from one asking and the one before. */
const headlines = [
    { key: 'memory', label: 'Memory', unit: 'Bytes', of: now => first(now.families, 'process_resident_memory_bytes') },
    { key: 'processor', label: 'Processor, of one core', unit: 'Percent', of: (now, before) => rate(now, before, 'process_cpu_seconds_total', 100) },
    { key: 'commits', label: 'Commits a second', unit: 'None', of: (now, before) => rate(now, before, 'groundwatch_commits_total') },
    { key: 'unsealed', label: 'In memory and journal only', unit: 'Bytes', of: now => first(now.families, 'groundwatch_unsealed_bytes') },
];

/** How fast a counter rose between two askings, a second; null without the one before, or when it began anew. */
function rate(now, before, name, factor = 1) {
    const [after, earlier] = [now, before].map(asked => asked && first(asked.families, name));
    if (after === null || earlier === null || earlier === undefined || after < earlier) return null;
    return (after - earlier) / (now.at - before.at) * 1000 * factor;
}

const words = name => visible(name.replace(/^groundwatch_/, '').replace(/_(total|bytes)$/, '').replaceAll('_', ' '), 120);
const shown = (name, value) => /_bytes$/.test(name) ? bytes(value) : number(value);
const labelText = labels => Object.entries(labels).map(([name, value]) => `${name} ${value}`).join(', ');

const columns = [
    { key: 'name', name: 'Figure', width: 'minmax(150px, 2fr)', compare: by(row => row.words), cell: row => h('span', { title: visible(row.name, 200) }, [row.words, row.label ? h('span', { class: 'meta' }, ` ${visible(row.label, 120)}`) : null]) },
    { key: 'value', name: 'Value', width: '96px', isRight: true, compare: by(row => row.value), cell: row => shown(row.name, row.value) },
    { key: 'help', name: 'What it is', width: 'minmax(220px, 3fr)', cell: row => h('span', { class: 'meta' }, visible(row.help, 300)) },
];

export const System = {
    setup() {
        let kept = [];
        const live = useLive(async signal => {
            const answer = await askSelf(signal);
            if (!answer.ok) return answer;
            const reading = { at: answer.value.at, values: headlines.map(({ of }) => of(answer.value, live?.data)) };
            kept = [...kept, reading].slice(-keptMax);
            return { ok: true, value: { ...answer.value, kept } };
        });
        const figures = computed(() => headlines.map(({ key, label, unit }, index) => ({
            key, label, unit, token: `s${index + 1}`, value: live.data.kept.at(-1).values[index], values: live.data.kept.map(({ values }) => values[index]),
        })));
        const rows = computed(() => [...live.data?.families ?? []].flatMap(([name, { help, readings }]) => readings.map(({ labels, value }) => ({ name, words: words(name), label: labelText(labels), value, help }))));

        const parts = () => h(Card, { title: 'Parts', live, onRetry: refresh }, { default: () => h('ul', { class: 'tiles' }, Object.entries(live.data.health.checks ?? {}).map(([name, state]) => h('li', { key: name, class: ['tile', state === 'UP' ? 'OK' : 'ALARM'] }, [
            stateBadge(state === 'UP' ? 'OK' : 'ALARM', state === 'UP' ? 'Works' : 'Down'), h('span', visible(name, 120)),
            live.data.health.reasons?.[name] ? h('span', { class: 'meta' }, visible(live.data.health.reasons[name], 400)) : null,
        ]))) });

        return () => h('div', { class: 'page' }, [
            h('div', { class: 'heading' }, [h('h1', 'System'), live.data ? stateBadge(live.data.health.status === 'UP' ? 'OK' : 'ALARM', live.data.health.status === 'UP' ? 'Everything works' : 'Something is down') : null]),
            parts(),
            live.data ? h(Card, { title: 'Now', note: 'since this page was opened' }, { default: () => h('div', { class: 'headlines' }, figures.value.map(figure => bigNumbers([figure], figure.unit))) }) : null,
            live.data ? h(Card, { title: 'Figures', note: 'as /metrics gives them' }, {
                actions: () => h(CopyButton, { text: `curl ${location.origin}/metrics`, label: 'Copy as curl command', symbol: 'terminal' }),
                default: () => h(Table, { label: 'Figures', rows: rows.value, columns, height: 560 }),
            }) : null,
        ]);
    },
};

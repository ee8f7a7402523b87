// The palette (Ctrl K): everything with a name, found by a few letters of it, and a trace by its pasted id.
import { computed, h, nextTick, onMounted, ref, shallowRef, watch } from '../core/vue.js';
import { call, pages } from '../core/api.js';
import { visible } from '../core/format.js';
import { written } from '../core/graph.js';
import { dimensionText, listMetrics } from '../core/metrics.js';
import { rememberedList } from '../core/memory.js';
import { go, pathOf } from '../core/router.js';
import { routes } from '../core/routes.js';
import { Dialog } from './dialog.js';
import { icon } from './icons.js';

/** @typedef {{kind: string, name: string, about: string, path: string, query?: Record<string, string>, run?: () => void}} Entry */

const isOpen = ref(false);
export const openPalette = () => { isOpen.value = true; };
addEventListener('keydown', event => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k' && !event.shiftKey) {
        event.preventDefault();
        isOpen.value = true;
    }
});

const shownMax = 40;
const recent = rememberedList('visited', 5);
const symbols = { Page: 'right', 'Log group': 'logs', Alarm: 'alarms', Metric: 'metrics', Trace: 'traces', Dashboard: 'dashboards', Action: 'terminal' };
/** `>`, `#` and `@` narrow to one kind. */
const prefixes = { '>': 'Action', '#': 'Alarm', '@': 'Log group' };

const has = page => routes.some(entry => entry.path === page);
const pageEntries = () => routes.map(({ path, name, about }) => ({ kind: 'Page', name, about, path }));

/** What the server has, each list for itself: one that fails leaves the others. @returns {Promise<Entry[]>[]} */
function loads() {
    const items = (answer, make) => answer.ok ? answer.value.items.map(make) : [];
    const found = [];
    if (has('/logs')) found.push(pages(token => call('logs', 'DescribeLogGroups', { limit: 50, ...token ? { nextToken: token } : {} }), 'logGroups')
        .then(answer => items(answer, ({ logGroupName }) => ({ kind: 'Log group', name: logGroupName, about: '', path: '/logs', query: { g: logGroupName } }))));
    if (has('/alarms')) found.push(pages(token => call('cloudwatch', 'DescribeAlarms', { MaxRecords: 100, ...token ? { NextToken: token } : {} }), 'MetricAlarms')
        .then(answer => items(answer, ({ AlarmName, StateValue }) => ({ kind: 'Alarm', name: AlarmName, about: StateValue, path: pathOf('/alarms', AlarmName) }))));
    if (has('/dashboards')) found.push(pages(token => call('cloudwatch', 'ListDashboards', token ? { NextToken: token } : {}), 'DashboardEntries')
        .then(answer => items(answer, ({ DashboardName }) => ({ kind: 'Dashboard', name: DashboardName, about: '', path: pathOf('/dashboards', DashboardName) }))));
    if (has('/metrics')) found.push(listMetrics().then(answer => items(answer, metric => ({
        kind: 'Metric', name: metric.MetricName, about: [metric.Namespace, dimensionText(metric)].filter(Boolean).join(' · '), path: '/metrics',
        query: { q: written([{ id: 'm1', metric, stat: 'Average' }]) },
    }))));
    return found;
}

/** Better matches first: at the start of the name, at the start of a word, anywhere. Every word must be somewhere. */
function scoreOf(entry, words) {
    const name = entry.name.toLowerCase(), whole = `${name} ${entry.about.toLowerCase()} ${entry.kind.toLowerCase()}`;
    let score = 0;
    for (const word of words) {
        if (!whole.includes(word)) return -1;
        score += name.startsWith(word) ? 4 : new RegExp(`[\\s/._-]${word.replace(/[^a-z0-9]/g, '\\$&')}`).test(name) ? 3 : name.includes(word) ? 2 : 1;
    }
    return score + (entry.kind === 'Page' ? 1 : 0);
}

const traceId = text => /1-[0-9a-f]{8}-[0-9a-f]{24}/.exec(text)?.[0] ?? null;

const List = {
    props: { actions: { type: Array, required: true } },
    emits: ['done'],
    setup(props, { emit }) {
        const text = ref(''), chosen = ref(0), list = ref(null), input = ref(null), loading = ref(0);
        const loaded = shallowRef([]);
        onMounted(() => {
            input.value.focus();
            for (const load of loads()) {
                loading.value += 1;
                load.then(entries => { loaded.value = [...loaded.value, ...entries]; loading.value -= 1; });
            }
        });

        const matches = computed(() => {
            const all = [...pageEntries(), ...props.actions, ...loaded.value];
            const id = traceId(text.value.toLowerCase());
            if (id && has('/traces')) return [{ kind: 'Trace', name: id, about: 'open the trace', path: pathOf('/traces', id) }];
            const kind = prefixes[text.value[0]];
            const words = (kind ? text.value.slice(1) : text.value).trim().toLowerCase().split(/\s+/).filter(Boolean);
            if (words.length === 0 && !kind) {
                const latest = recent.items();
                return [...all.filter(entry => latest.includes(entry.kind + entry.name)), ...all.filter(entry => ['Page', 'Action'].includes(entry.kind) && !latest.includes(entry.kind + entry.name))].slice(0, shownMax);
            }
            return all.filter(entry => !kind || entry.kind === kind).map(entry => ({ entry, score: scoreOf(entry, words) })).filter(({ score }) => score >= 0)
                .sort((a, b) => b.score - a.score || a.entry.name.length - b.entry.name.length).slice(0, shownMax).map(({ entry }) => entry);
        });
        watch(text, () => { chosen.value = 0; });

        function open(entry) {
            if (!entry) return;
            recent.add(entry.kind + entry.name);
            emit('done');
            if (entry.run) entry.run(); else go(entry.path, entry.query);
        }
        function move(step) {
            chosen.value = (chosen.value + step + matches.value.length) % Math.max(1, matches.value.length);
            nextTick(() => list.value.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }));
        }
        function onKeydown(event) {
            const actions = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => open(matches.value[chosen.value]) };
            if (!actions[event.key]) return;
            event.preventDefault();
            actions[event.key]();
        }
        const row = (entry, index) => h('li', {
            key: `${entry.kind} ${entry.name} ${entry.about}`, id: `found-${index}`, role: 'option', 'aria-selected': String(index === chosen.value),
            onClick: () => open(entry), onPointermove: () => { chosen.value = index; },
        }, [icon(symbols[entry.kind]), h('bdi', { class: 'name' }, visible(entry.name, 200)), h('span', { class: 'meta about' }, visible(entry.about, 200)), h('span', { class: 'meta kind' }, entry.kind)]);
        return () => [
            h('div', { class: 'ask' }, [icon('search'), h('input', {
                ref: input, role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'found', 'aria-activedescendant': matches.value.length > 0 ? `found-${chosen.value}` : null,
                'aria-label': 'Go to a page, log group, alarm, metric or trace', placeholder: 'Page, log group, alarm, metric, or a trace id', autocomplete: 'off', spellcheck: false,
                value: text.value, onInput: event => { text.value = event.target.value; }, onKeydown,
            })]),
            h('ul', { id: 'found', role: 'listbox', 'aria-label': 'Found', ref: list }, matches.value.map(row)),
            h('p', { class: 'meta foot', role: 'status' }, matches.value.length === 0
                ? (loading.value > 0 ? 'Looking…' : 'Nothing has that name') : [h('kbd', '↑'), h('kbd', '↓'), ' choose · ', h('kbd', 'Enter'), ' go · ', h('kbd', '>'), ' actions ', h('kbd', '#'), ' alarms ', h('kbd', '@'), ' log groups']),
        ];
    },
};

/** @param {{name: string, about: string, run: () => void}[]} actions */
export const palette = actions => isOpen.value
    ? h(Dialog, { title: 'Search', look: 'palette', onClose: () => { isOpen.value = false; } }, ({ close }) => h(List, { actions: actions.map(action => ({ ...action, kind: 'Action', path: '' })), onDone: close }))
    : null;

// The frame around every page: skip link, rail, top bar, what lies over the page, and the page itself.
import { computed, h, nextTick, ref, shallowRef, watch, watchEffect } from '../core/vue.js';
import { visible } from '../core/format.js';
import { bindKeys } from '../core/keys.js';
import { refresh, toggleLive } from '../core/live.js';
import { go, link, route } from '../core/router.js';
import { routeOf, routes } from '../core/routes.js';
import { toggleTheme } from '../core/theme.js';
import { setZone, useNow, zone } from '../core/time.js';
import { shift, stepBack, stepForward, toggleAbsolute, widen } from '../core/timerange.js';
import { dismiss, toasts } from '../core/toasts.js';
import { icon } from './icons.js';
import { openPalette, palette } from './palette.js';
import { openScopePicker } from './scopepicker.js';
import { openTimePicker } from './timepicker.js';
import { copyLink, topBar } from './topbar.js';

const switchZone = () => setZone(zone.value === 'UTC' ? 'local' : 'utc');

bindKeys('Go to', routes.map(({ key, name, path }) => ({ keys: `g ${key}`, does: name, run: () => go(path) })));
bindKeys('Time', [
    { keys: 't t', does: 'Choose a range', run: openTimePicker },
    { keys: '[', does: 'The range before this one', run: stepBack },
    { keys: ']', does: 'The range after it', run: stepForward },
    { keys: 't ArrowLeft', does: 'Half a range earlier', run: () => shift(-1) },
    { keys: 't ArrowRight', does: 'Half a range later', run: () => shift(1) },
    { keys: 't z', does: 'Twice as wide', run: widen },
    { keys: 't a', does: 'Fix the range, or let it move', run: toggleAbsolute },
    { keys: 't u', does: 'UTC, or this browser’s zone', run: switchZone },
]);
bindKeys('Everywhere', [
    { keys: 'r', does: 'Ask again now', run: refresh },
    { keys: 'L', does: 'Follow new data, or stop', run: toggleLive },
    { keys: 'y', does: 'Copy a link to what is shown', run: () => copyLink() },
    { keys: '/', does: 'To this page’s filter, or search', run: () => { const field = document.querySelector('main [data-filter]'); if (field) field.focus(); else openPalette(); } },
    { keys: '?', does: 'These keys', run: () => go('/help') },
]);

const actions = [
    { name: 'Switch the theme', about: 'dark or light', run: toggleTheme },
    { name: 'Choose a time range', about: 't t', run: openTimePicker },
    { name: 'Follow new data, or stop', about: 'Shift L', run: toggleLive },
    { name: 'Copy a link to what is shown', about: 'y', run: () => copyLink() },
    { name: 'UTC or this browser’s zone', about: 't u', run: switchZone },
    { name: 'Choose an account and region', about: 'whose data is shown', run: openScopePicker },
    { name: 'Show the keys', about: '?', run: () => go('/help') },
];

const rail = here => h('nav', { class: 'rail', 'aria-label': 'Pages' }, h('ul', routes.map(entry => h('li', link(
    entry.path, [icon(entry.icon), h('span', entry.name)],
    { class: { here: here === entry }, 'aria-current': here === entry ? 'page' : null, title: `${entry.name} (g ${entry.key})` })))));

const missing = () => h('div', { class: 'nowhere' }, [
    h('h1', 'There is no such page'), h('p', ['Nothing is at ', h('code', visible(`/ui${route.path}`, 300)), '.']), h('p', link('/', 'To the home page')),
]);

/** Shows a page once its modules are there; a failure says so and can be tried again. */
const Page = {
    props: { load: { type: Function, required: true }, name: { type: String, default: null } },
    setup(props) {
        const page = shallowRef(null), problem = ref('');
        async function start() {
            problem.value = '';
            try {
                page.value = await props.load();
            } catch (error) {
                problem.value = String(error?.message ?? error);
            }
        }
        start();
        return () => {
            if (page.value) return h(page.value, props.name === null ? {} : { name: props.name });
            return problem.value ? h('div', { class: 'failed', role: 'alert' }, [
                h('strong', 'The page could not be loaded'), h('p', visible(problem.value, 300)), h('p', h('button', { type: 'button', class: 'link', onClick: () => location.reload() }, 'Load it again')),
            ]) : h('p', { class: 'calm', role: 'status' }, 'Loading…');
        };
    },
};

const toastList = () => h('div', { class: 'toasts', role: 'status' }, toasts.map(toast => h('p', { key: toast.id, class: toast.look }, [
    visible(toast.text, 300), h('button', { type: 'button', class: 'quiet', 'aria-label': 'Dismiss', onClick: () => dismiss(toast.id) }, icon('close')),
])));

export const Shell = {
    setup() {
        const now = useNow(), found = computed(() => routeOf(route.path));
        watchEffect(() => {
            const { entry, name } = found.value ?? {};
            document.title = `${name ? visible(name, 80) + ' · ' : ''}${entry?.name ?? 'Not found'} · Groundwatch`;
        });
        // A reader is at the new page's beginning, not at a link that is gone.
        watch(() => route.path, () => nextTick(() => {
            document.getElementById('main')?.focus({ preventScroll: true });
            scrollTo(0, 0);
        }));
        return () => [
            h('a', { class: 'skip', href: '#main', onClick: event => { event.preventDefault(); document.getElementById('main').focus(); } }, 'Skip to the page'),
            topBar(now.value),
            h('div', { class: 'frame' }, [
                rail(found.value?.entry),
                h('main', { id: 'main', tabindex: -1 }, found.value ? h(Page, { key: route.path, load: found.value.load, name: found.value.name }) : missing()),
            ]),
            palette(actions),
            toastList(),
        ];
    },
};

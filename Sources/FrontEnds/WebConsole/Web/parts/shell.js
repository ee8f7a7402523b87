// The frame around every page: skip link, rail, top bar with the time range and how fresh the data is, and the page.
import { h, onBeforeUnmount, onMounted, watchEffect } from '../core/vue.js';
import { freshness, isLive, refresh, toggleLive } from '../core/live.js';
import { address, go, route, setQuery } from '../core/router.js';
import { routeOf, routes } from '../core/routes.js';
import { isDark, toggleTheme } from '../core/theme.js';
import { ago, clock, day, isMoving, range, ranges, shortClock, useNow } from '../core/time.js';
import { icon } from './icons.js';

function rail() {
    return h('nav', { class: 'rail', 'aria-label': 'Pages' }, h('ul', routes.map(({ path, name, icon: symbol }) => h('li', h('a', {
        href: address(path, { from: route.query.from, to: route.query.to }), class: { here: route.path === path }, 'aria-current': route.path === path ? 'page' : null,
        onClick: event => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            go(path);
        },
    }, [icon(symbol), h('span', name)])))));
}

function rangePicker() {
    const { from, to } = range.value;
    const isKnown = to === 'now' && ranges.some(entry => entry.from === from);
    const own = isKnown ? [] : [h('option', { value: '', selected: true }, describe(from, to))];
    return h('span', { class: 'picker' }, [
        isMoving.value ? null : h('button', { type: 'button', class: 'quiet', title: 'Back to live', 'aria-label': 'Back to live', onClick: () => setQuery({ from: null, to: null }) }, icon('back')),
        h('select', {
            'aria-label': 'Time range', value: isKnown ? from : '',
            onChange: event => setQuery({ from: event.target.value, to: null }),
        }, [...own, ...ranges.map(entry => h('option', { value: entry.from }, `Last ${entry.label}`))]),
    ]);
}

function describe(from, to) {
    if (!/^\d+$/.test(from) || !/^\d+$/.test(to)) return `${from} to ${to}`;
    return `${day(Number(from))} ${shortClock(Number(from))} – ${shortClock(Number(to))}`;
}

/** Says in words whether the page is live, paused, or showing old data. */
function liveness(now) {
    const { failingSince, at } = freshness;
    if (failingSince) return { look: 'stale', text: at ? `Stale since ${clock(failingSince)}` : 'Failing' };
    if (!isLive.value) return { look: 'paused', text: isMoving.value ? 'Paused' : 'Fixed range' };
    return { look: 'following', text: at ? `Live · ${ago(at, now)}` : 'Live' };
}

function topBar(now) {
    const { look, text } = liveness(now);
    return h('header', { class: 'top' }, [
        h('a', { class: 'brand', href: address('/') }, [h('img', { src: new URL('../icon.svg', import.meta.url).href, alt: '', width: 22, height: 22 }), h('span', 'Groundwatch')]),
        h('span', { class: 'space' }),
        rangePicker(),
        h('button', {
            type: 'button', class: ['live', look], onClick: toggleLive, 'aria-pressed': String(isLive.value),
            title: isLive.value ? 'Stop asking for new data (Shift L)' : 'Follow new data (Shift L)',
        }, [h('i', { 'aria-hidden': 'true' }), h('span', text)]),
        h('button', { type: 'button', class: 'quiet', title: 'Ask again now (r)', 'aria-label': 'Ask again now', onClick: refresh }, icon('refresh')),
        h('button', {
            type: 'button', class: 'quiet theme', title: isDark.value ? 'Light theme' : 'Dark theme',
            'aria-label': isDark.value ? 'Light theme' : 'Dark theme', onClick: toggleTheme,
        }, icon(isDark.value ? 'sun' : 'moon')),
    ]);
}

const keys = { r: refresh, L: toggleLive };

function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea')) return;
    keys[event.key]?.();
}

const missing = () => h('div', { class: 'nowhere' }, [
    h('h1', 'There is no such page'), h('p', [`Nothing is at `, h('code', `/ui${route.path}`), '.']), h('p', h('a', { href: address('/') }, 'To the home page')),
]);

export const Shell = {
    setup() {
        const now = useNow();
        onMounted(() => addEventListener('keydown', onKey));
        onBeforeUnmount(() => removeEventListener('keydown', onKey));
        watchEffect(() => { document.title = `${routeOf(route.path)?.name ?? 'Not found'} · Groundwatch`; });
        return () => [
            h('a', { class: 'skip', href: '#main' }, 'Skip to the page'),
            topBar(now.value),
            h('div', { class: 'frame' }, [
                rail(),
                h('main', { id: 'main', tabindex: -1 }, routeOf(route.path) ? h(routeOf(route.path).page, { key: route.path }) : missing()),
            ]),
        ];
    },
};

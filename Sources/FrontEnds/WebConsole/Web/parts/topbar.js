// The bar on top of every page: search, the range, how fresh the data is, and the theme.
import { h } from '../core/vue.js';
import { freshness, isLive, refresh, toggleLive } from '../core/live.js';
import { link } from '../core/router.js';
import { isDark, toggleTheme } from '../core/theme.js';
import { ago, clock, isMoving } from '../core/time.js';
import { fixedAddress } from '../core/timerange.js';
import { copy } from '../core/toasts.js';
import { icon } from './icons.js';
import { openPalette } from './palette.js';
import { scopePicker } from './scopepicker.js';
import { timePicker } from './timepicker.js';
import { userMenu } from './usermenu.js';

/** Says in words whether the page is live, paused, or showing old data. */
function liveness(now) {
    const { failingSince, at } = freshness;
    if (failingSince) return { look: 'stale', text: at ? `Stale since ${clock(failingSince)}` : 'Failing' };
    if (!isLive.value) return { look: 'paused', text: isMoving.value ? 'Paused' : 'Fixed range' };
    return { look: 'following', text: at ? `Live · ${now - at < 2000 ? 'now' : ago(at, now).replace(' ago', '')}` : 'Live' };
}

/** The address with a range that stays; with Shift, as it is, so that "the last hour" stays the last hour. */
export const copyLink = event => copy(event?.shiftKey ? location.href : fixedAddress(), event?.shiftKey ? 'Link' : 'Link with a fixed range');

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

export function topBar(now) {
    const { look, text } = liveness(now);
    const button = (name, label, symbol, onClick) => h('button', { type: 'button', class: ['quiet', name], title: label, 'aria-label': label.replace(/ \(.*/, ''), onClick }, icon(symbol));
    return h('header', { class: 'top' }, [
        link('/', [h('img', { src: new URL('../icon.svg', import.meta.url).href, alt: '', width: 22, height: 22 }), h('span', 'Groundwatch')], { class: 'brand', 'aria-label': 'Groundwatch, home' }),
        h('button', { type: 'button', class: 'search', 'aria-haspopup': 'dialog', 'aria-label': 'Search', title: 'Search', onClick: openPalette }, [icon('search'), h('span', 'Search'), h('kbd', isMac ? '⌘ K' : 'Ctrl K')]),
        h('span', { class: 'space' }),
        ...scopePicker(),
        timePicker(),
        h('button', {
            type: 'button', class: ['live', look], onClick: toggleLive, 'aria-pressed': String(isLive.value), 'aria-label': text,
            title: isLive.value ? 'Stop asking for new data (Shift L)' : 'Follow new data (Shift L)',
        }, [h('i', { 'aria-hidden': 'true' }), h('span', text)]),
        button('', 'Ask again now (r)', 'refresh', refresh),
        button('wideonly', 'Copy a link to what is shown (y); with Shift, keep the range moving', 'link', copyLink),
        button('theme', isDark.value ? 'Light theme' : 'Dark theme', isDark.value ? 'sun' : 'moon', toggleTheme),
        link('/help', icon('help'), { class: 'button quiet wideonly', title: 'Help (?)', 'aria-label': 'Help' }),
        ...userMenu(),
    ]);
}

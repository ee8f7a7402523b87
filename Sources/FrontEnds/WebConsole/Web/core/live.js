// Keeps what a page shows up to date: asks again every few seconds while somebody looks, and says how old the answer is.
import { computed, onBeforeUnmount, shallowReactive, watch } from './vue.js';
import { route, setQuery } from './router.js';
import { isMoving, rangeText } from './time.js';

const everyMilliseconds = 5000;
const slowestMilliseconds = 30_000;

const watched = new Set();

/** For the top bar: when data last arrived, and since when something fails (0: nothing does). */
export const freshness = shallowReactive({ at: 0, failingSince: 0, isBusy: false });

const visibility = shallowReactive({ isHidden: document.hidden });
document.addEventListener('visibilitychange', () => { visibility.isHidden = document.hidden; });

/** Whether the person wants live data; in the address, so that a copied link of a paused page stays paused. */
export const isLive = computed(() => route.query.live !== 'off' && isMoving.value);
export const toggleLive = () => setQuery(isMoving.value ? { live: isLive.value ? 'off' : null } : { from: null, to: null, live: null });

/** Asks for everything again, now. */
export function refresh() { for (const entry of watched) entry.start(); }

function summarise() {
    const states = [...watched].filter(entry => entry.isRepeated).map(entry => entry.state);
    freshness.at = Math.min(...states.map(state => state.at).filter(at => at > 0)) || 0;
    if (!Number.isFinite(freshness.at)) freshness.at = 0;
    const failing = states.filter(state => state.error).map(state => state.failingSince);
    freshness.failingSince = failing.length ? Math.min(...failing) : 0;
    freshness.isBusy = states.some(state => state.isBusy);
}

/**
 * Calls `load(signal)` now, every five seconds while live and visible, and whenever the range or `when` changes.
 * One call at a time; a change of range gives up the one under way. After failures it asks less often, and the last good
 * data stays, marked by `error` and `failingSince`.
 *
 * @param {(signal: AbortSignal) => Promise<import('./api.js').Answer>} load
 * @param {() => unknown} [when] further reasons to ask again
 * @param {{isRepeated?: boolean, every?: number}} [how] not repeated: asked only for a reason, as a query that costs something is
 * @returns {{data: any, error: import('./api.js').ApiError|null, at: number, failingSince: number, isBusy: boolean}}
 */
export function useLive(load, when = () => null, { isRepeated = true, every = everyMilliseconds } = {}) {
    const state = shallowReactive({ data: null, error: null, at: 0, failingSince: 0, isBusy: false });
    let timer = 0, failures = 0, under = null;

    async function start() {
        clearTimeout(timer);
        under?.abort();
        const mine = under = new AbortController();
        state.isBusy = true;
        const answer = await load(mine.signal);
        if (mine.signal.aborted) return;
        under = null;
        state.isBusy = false;
        if (answer.ok) {
            failures = 0;
            Object.assign(state, { data: answer.value, error: null, at: Date.now(), failingSince: 0 });
        } else {
            failures += 1;
            Object.assign(state, { error: answer.error, failingSince: state.failingSince || Date.now() });
        }
        summarise();
        later();
    }

    function later() {
        clearTimeout(timer);
        if (!isRepeated || !isLive.value || visibility.isHidden) return;
        timer = setTimeout(start, Math.min(slowestMilliseconds, every * 2 ** Math.min(failures, 3)));
    }

    const entry = { state, start, isRepeated };
    watched.add(entry);
    start();
    watch([rangeText, when], start);
    watch([isLive, () => visibility.isHidden], () => {
        // Coming back: what is on the screen is old, so ask at once.
        if (isRepeated && isLive.value && !visibility.isHidden && !under) start(); else later();
    });
    onBeforeUnmount(() => {
        clearTimeout(timer);
        under?.abort();
        watched.delete(entry);
        summarise();
    });
    return state;
}

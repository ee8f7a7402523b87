// Keeps what a page shows up to date: asks again when the server tells of news, or every few seconds where it does not, while
// somebody looks; and says how old the answer is.
import { computed, onBeforeUnmount, shallowReactive, watch } from './vue.js';
import { route, setQuery } from './router.js';
import { listen, stream } from './stream.js';
import { isMoving, rangeText } from './time.js';

const everyMilliseconds = 5000;
const slowestMilliseconds = 30_000;
/** Between two askings for news that come thick and fast. */
const newsMilliseconds = 1000;

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
 * Calls `load(signal)` now, every five seconds while live and visible, and whenever the range or `when` changes. With `news` it is
 * called when one of them arrives, and as long as they do by themselves only every half minute besides.
 * One call at a time; a change of range gives up the one under way. After failures it asks less often, and the last good
 * data stays, marked by `error` and `failingSince`.
 *
 * @param {(signal: AbortSignal) => Promise<import('./api.js').Answer>} load
 * @param {() => unknown} [when] further reasons to ask again
 * @param {{isRepeated?: boolean, every?: number, news?: () => any[], pace?: number, hear?: (name: string, data: any) => any}} [how]
 *   not repeated: asked only for a reason, as a query that costs something is; `news`: topics of the stream; `pace`: milliseconds
 *   between two askings for them at least; `hear`: makes the new data from what was told, or nothing: then `load` is called
 * @returns {{data: any, error: import('./api.js').ApiError|null, at: number, failingSince: number, isBusy: boolean}}
 */
export function useLive(load, when = () => null, { isRepeated = true, every = everyMilliseconds, news, pace = newsMilliseconds, hear } = {}) {
    const state = shallowReactive({ data: null, error: null, at: 0, failingSince: 0, isBusy: false });
    let timer = 0, failures = 0, under = null, startedAt = 0, isDue = false, topics = '', deafen = [];

    async function start() {
        clearTimeout(timer);
        under?.abort();
        const mine = under = new AbortController();
        startedAt = Date.now();
        isDue = false;
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
        const wait = news && stream.isUp && failures === 0 ? slowestMilliseconds : every * 2 ** Math.min(failures, 3);
        timer = setTimeout(start, isDue && failures === 0 ? Math.max(0, startedAt + pace - Date.now()) : Math.min(slowestMilliseconds, wait));
    }

    function told(name, data) {
        if (!isLive.value || visibility.isHidden) return;
        const made = state.data && hear?.(name, data);
        if (made) {
            Object.assign(state, { data: made, at: Date.now() });
            return summarise();
        }
        // An asking under way is not given up for news, or nothing would ever be shown where they come thick and fast.
        isDue = true;
        if (!under) later();
    }

    function subscribe() {
        const wanted = isLive.value && !visibility.isHidden ? news() : [];
        if (JSON.stringify(wanted) === topics) return;
        topics = JSON.stringify(wanted);
        for (const stop of deafen) stop();
        deafen = wanted.map(topic => listen(topic, told));
    }

    const entry = { state, start, isRepeated };
    watched.add(entry);
    start();
    watch([rangeText, when], start);
    if (news) {
        watch([isLive, () => visibility.isHidden, () => JSON.stringify(news())], subscribe, { immediate: true });
        watch(() => stream.isUp, () => { if (!under) later(); });
    }
    watch([isLive, () => visibility.isHidden], () => {
        // Coming back: what is on the screen is old, so ask at once.
        if (isRepeated && isLive.value && !visibility.isHidden && !under) start(); else later();
    });
    onBeforeUnmount(() => {
        clearTimeout(timer);
        under?.abort();
        for (const stop of deafen) stop();
        watched.delete(entry);
        summarise();
    });
    return state;
}

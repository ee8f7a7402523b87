// Where the person is, wholly in the address: the path names the page, the query its state. Back, forward, reload and a
// copied link all give the same view.
import { shallowReactive } from './vue.js';

const base = '/ui';

function read() {
    const path = location.pathname.startsWith(base) ? location.pathname.slice(base.length) || '/' : '/';
    return { path, query: Object.fromEntries(new URLSearchParams(location.search)) };
}

/** The current address: `path` below /ui, and `query` as an object of strings. Replaced whole at each change. */
export const route = shallowReactive(read());

function arrive() { Object.assign(route, read()); }
addEventListener('popstate', arrive);

/** The address of `path` with `query`; parts that are null or empty are left out. */
export function address(path, query = {}) {
    const kept = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
    const search = new URLSearchParams(kept).toString();
    return base + path + (search ? '?' + search : '');
}

/** Goes to another page; the time range follows. */
export function go(path, query = {}) {
    const { from, to } = route.query;
    history.pushState(null, '', address(path, { from, to, ...query }));
    arrive();
}

/**
 * Changes parts of the query; null removes one.
 * @param {{replace?: boolean}} [how] replace: for what is not worth a step back, such as typing.
 */
export function setQuery(changes, how = {}) {
    const target = address(route.path, { ...route.query, ...changes });
    if (target === location.pathname + location.search) return;
    history[how.replace ? 'replaceState' : 'pushState'](null, '', target);
    arrive();
}

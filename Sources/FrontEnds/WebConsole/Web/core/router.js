// Where the person is, wholly in the address: the path names the page, the query its state. Back, forward, reload and a
// copied link all give the same view.
import { h, shallowReactive } from './vue.js';

const base = '/ui';

/** Parts of the query that follow from page to page: the range, its zone, whether it is live, what it is compared with, and whose data it is. */
const followers = ['from', 'to', 'tz', 'live', 'cmp', 'account', 'region'];

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

/** The address of another page; the time range follows unless `query` says otherwise. */
export const addressOf = (path, query = {}) =>
    address(path, { ...Object.fromEntries(followers.map(name => [name, route.query[name]])), ...query });

/** Goes to another page. */
export function go(path, query = {}) {
    history.pushState(null, '', addressOf(path, query));
    arrive();
}

/** A path's own part for one thing, such as an alarm's name. */
export const pathOf = (page, name) => `${page}/${encodeURIComponent(name)}`;

/** A link to another page: an ordinary one for the browser's own gestures, quick for a plain click. */
export function link(path, content, { query = {}, ...attributes } = {}) {
    return h('a', {
        ...attributes, href: addressOf(path, query),
        onClick: event => {
            attributes.onClick?.(event);
            if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.defaultPrevented) return;
            event.preventDefault();
            go(path, query);
        },
    }, content);
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

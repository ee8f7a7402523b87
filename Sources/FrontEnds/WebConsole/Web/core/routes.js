// The pages that exist. The rail shows these and no others; a page is one line here and one folder under pages/.
import { Home } from '../pages/home/home.js';

/**
 * @typedef {{path: string, name: string, icon: string, key: string, about: string, page: () => any, item?: () => any}} Route
 *   `page` gives the page's component, or a promise of it; `item` that of what lies below, such as `/traces/1-5f…`, which
 *   gets the rest of the path as its property `name`. `key` goes there after `g`.
 */

/** @type {Route[]} */
export const routes = [
    { path: '/', name: 'Home', icon: 'home', key: 'h', about: 'what is wrong now', page: () => Home },
    {
        path: '/dashboards', name: 'Dashboards', icon: 'dashboards', key: 'd', about: 'panels side by side', page: () => import('../pages/dashboards/list.js').then(module => module.Dashboards),
        item: () => import('../pages/dashboards/dashboard.js').then(module => module.Dashboard),
    },
    { path: '/metrics', name: 'Metrics', icon: 'metrics', key: 'm', about: 'find, graph, compute', page: () => import('../pages/metrics/metrics.js').then(module => module.Metrics) },
    { path: '/logs', name: 'Logs', icon: 'logs', key: 'l', about: 'queries, new lines, groups', page: () => import('../pages/logs/logs.js').then(module => module.Logs) },
    {
        path: '/traces', name: 'Traces', icon: 'traces', key: 't', about: 'requests and the services they passed', page: () => import('../pages/traces/list.js').then(module => module.Traces),
        item: () => import('../pages/traces/trace.js').then(module => module.Trace),
    },
    {
        path: '/alarms', name: 'Alarms', icon: 'alarms', key: 'a', about: 'what fires, and why', page: () => import('../pages/alarms/list.js').then(module => module.Alarms),
        item: () => import('../pages/alarms/alarm.js').then(module => module.Alarm),
    },
    { path: '/system', name: 'System', icon: 'system', key: 'y', about: 'how this server itself does', page: () => import('../pages/system/system.js').then(module => module.System) },
];

/** Pages that are not in the rail: reached from elsewhere. */
const others = [
    { path: '/help', name: 'Help', icon: 'help', key: '', about: 'the keyboard', page: () => import('../pages/help/help.js').then(module => module.Help) },
];

/** @returns {{entry: Route, load: () => any, name: string|null}|null} what the address names */
export function routeOf(path) {
    for (const entry of [...routes, ...others]) {
        if (entry.path === path) return { entry, load: entry.page, name: null };
        if (entry.item && path.startsWith(entry.path + '/')) {
            const name = decoded(path.slice(entry.path.length + 1));
            return name ? { entry, load: entry.item, name } : null;
        }
    }
    return null;
}

function decoded(text) {
    try {
        return decodeURIComponent(text);
    } catch {
        return null;
    }
}

// The log groups of the server, and which of them a page looks at.
import { computed } from './vue.js';
import { call, pages } from './api.js';
import { route, setQuery } from './router.js';

/** All groups, up to 1,000. @returns {Promise<import('./api.js').Answer>} value: `{ items, isWhole }` */
export const listGroups = signal =>
    pages(token => call('logs', 'DescribeLogGroups', { limit: 50, ...token ? { nextToken: token } : {} }, signal), 'logGroups', 20);

/** A query may name at most this many groups. */
export const groupsMax = 50;

/** The groups that the address names; a group's name has no comma. */
export const namedGroups = computed(() => (route.query.g ?? '').split(',').filter(Boolean).slice(0, groupsMax));
export const nameGroups = names => setQuery({ g: names.join(',') }, { replace: true });

/** The retention periods that CloudWatch knows, in days. */
export const retentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/** "3 days", "2 years", "for ever". */
export function retentionText(days) {
    if (!days) return 'for ever';
    return days >= 365 && days % 365 <= days / 365 ? `${Math.floor(days / 365)} year${days >= 730 ? 's' : ''}` : `${days} day${days === 1 ? '' : 's'}`;
}

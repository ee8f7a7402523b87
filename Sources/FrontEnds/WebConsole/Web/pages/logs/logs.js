// Logs: Insights queries, new lines as they come, and the groups.
import { h } from '../../core/vue.js';
import { refresh, useLive } from '../../core/live.js';
import { listGroups } from '../../core/loggroups.js';
import { route, setQuery } from '../../core/router.js';
import { Card } from '../../parts/card.js';
import { teachLogs } from '../../parts/teachings.js';
import { GroupChooser } from './chooser.js';
import { Groups } from './groups.js';
import { Query } from './query.js';
import { Tail } from './tail.js';

const views = { query: 'Query', tail: 'Tail', groups: 'Groups' };

export const Logs = {
    setup() {
        const live = useLive(listGroups, () => null, { every: 15_000 });
        return () => {
            const groups = live.data?.items ?? [], view = views[route.query.view] ? route.query.view : 'query';
            const hasGroups = groups.length > 0;
            return h('div', { class: 'page logspage' }, [
                h('div', { class: 'heading' }, [
                    h('h1', 'Logs'),
                    h('span', { class: 'segments', role: 'group', 'aria-label': 'View' }, Object.entries(views).map(([name, label]) => h('button', {
                        type: 'button', 'aria-pressed': String(view === name), onClick: () => setQuery({ view: name === 'query' ? null : name }),
                    }, label))),
                    hasGroups && view !== 'groups' ? h(GroupChooser, { groups }) : null,
                ]),
                !hasGroups ? h(Card, { title: 'Logs', live, isEmpty: true, onRetry: refresh }, { default: () => null, empty: teachLogs })
                    : view === 'groups' ? h(Groups, { live }) : view === 'tail' ? h(Tail) : h(Query, { groups }),
            ]);
        };
    },
};

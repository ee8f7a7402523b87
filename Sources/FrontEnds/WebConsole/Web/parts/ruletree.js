// A composite alarm's rule as a tree: what each branch comes to now, the branches that decide in full colour, the others pale.
import { h } from '../core/vue.js';
import { decides, holds } from '../core/alarmrule.js';
import { visible } from '../core/format.js';
import { link, pathOf } from '../core/router.js';
import { stateBadge } from './state.js';

const words = { and: 'all of', or: 'any of', not: 'not' };

/** @param {{rule: import('../core/alarmrule.js').Rule, stateOf: (name: string) => string|undefined}} options */
export function ruleTree({ rule, stateOf }) {
    const holdsText = isSo => h('span', { class: ['verdictmark', isSo ? 'so' : 'notso'] }, isSo ? 'holds' : 'does not hold');
    function node(part, isDeciding) {
        const isSo = holds(part, stateOf), look = ['rulenode', { pale: !isDeciding }];
        if (part.kind === 'constant') return h('li', { class: look }, [h('code', part.value ? 'TRUE' : 'FALSE')]);
        if (part.kind === 'state') {
            const state = stateOf(part.name);
            return h('li', { class: look }, [
                h('span', { class: 'meta' }, `${part.state} of`), ' ', link(pathOf('/alarms', part.name), h('bdi', visible(part.name, 255))), ' ', state ? stateBadge(state) : stateBadge('INSUFFICIENT_DATA', 'not there'), ' ', holdsText(isSo),
            ]);
        }
        return h('li', { class: look }, [h('span', [h('b', words[part.kind]), ' ', holdsText(isSo)]), h('ul', part.children.map(child => node(child, isDeciding && decides(part, child, stateOf))))]);
    }
    return h('ul', { class: 'ruletree' }, [node(rule, true)]);
}

// Which log groups are searched: a button that names them, and a drawer to choose others.
import { computed, h, ref } from '../../core/vue.js';
import { bytes, plural, visible } from '../../core/format.js';
import { groupsMax, nameGroups, namedGroups, retentionText } from '../../core/loggroups.js';
import { Dialog } from '../../parts/dialog.js';
import { icon } from '../../parts/icons.js';

export const GroupChooser = {
    props: { groups: { type: Array, required: true } },
    setup(props) {
        const isOpen = ref(false), text = ref('');
        const found = computed(() => props.groups.filter(group => group.logGroupName.toLowerCase().includes(text.value.trim().toLowerCase())));
        const label = () => namedGroups.value.length === 0 ? `All ${plural(Math.min(groupsMax, props.groups.length), 'log group')}`
            : namedGroups.value.length === 1 ? visible(namedGroups.value[0], 200) : plural(namedGroups.value.length, 'log group');

        function toggle(name) {
            const names = namedGroups.value;
            nameGroups(names.includes(name) ? names.filter(other => other !== name) : [...names, name].slice(-groupsMax));
        }
        const list = () => h('div', { class: 'chooser' }, [
            h('input', { class: 'field', 'aria-label': 'Filter the groups', placeholder: 'Part of a name', value: text.value, autofocus: true, spellcheck: false, onInput: event => { text.value = event.target.value; } }),
            h('p', { class: 'meta', role: 'status' }, `${plural(found.value.length, 'group')}${namedGroups.value.length > 0 ? `, ${namedGroups.value.length} chosen` : ', all are searched while none is chosen'}`),
            namedGroups.value.length > 0 ? h('button', { type: 'button', class: 'link', onClick: () => nameGroups([]) }, 'Search all') : null,
            h('ul', found.value.slice(0, 300).map(group => h('li', { key: group.logGroupName }, h('label', [
                h('input', { type: 'checkbox', checked: namedGroups.value.includes(group.logGroupName), onChange: () => toggle(group.logGroupName) }),
                h('span', { class: 'name' }, visible(group.logGroupName, 200)), h('span', { class: 'meta' }, `${bytes(group.storedBytes ?? 0)} · kept ${retentionText(group.retentionInDays)}`),
            ])))),
        ]);
        return () => [
            h('button', { type: 'button', class: 'plain groups', 'aria-haspopup': 'dialog', title: 'Choose log groups', onClick: () => { isOpen.value = true; } }, [icon('logs'), h('span', label()), icon('down')]),
            isOpen.value ? h(Dialog, { title: 'Log groups', onClose: () => { isOpen.value = false; } }, list) : null,
        ];
    },
};

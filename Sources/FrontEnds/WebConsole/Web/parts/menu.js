// A button with a list of actions. The list lies above everything, closes at Escape and at a click elsewhere, and arrow keys walk
// through it.
import { h, nextTick, ref } from '../core/vue.js';
import { icon } from './icons.js';

let made = 0;

/** @typedef {{label: string, symbol: string, run: () => void, isOff?: boolean}} Item   off: shown, but cannot be chosen */

/** @example h(Menu, { label: 'More', items: [{ label: 'Save as CSV', symbol: 'save', run }] }) */
export const Menu = {
    props: { label: { type: String, required: true }, symbol: { type: String, default: 'menu' }, items: { type: Array, required: true } },
    setup(props) {
        const button = ref(null), list = ref(null), isOpen = ref(false), id = `menu-${made += 1}`;

        function place() {
            const { left, right, bottom, top } = button.value.getBoundingClientRect(), { offsetWidth: width, offsetHeight: height } = list.value;
            const isUp = bottom + height + 8 > innerHeight && top > height;
            Object.assign(list.value.style, { left: `${Math.max(8, Math.min(right - width, innerWidth - width - 8, Math.max(left, right - width)))}px`, top: `${isUp ? top - height - 4 : bottom + 4}px` });
        }
        function onToggle(event) {
            isOpen.value = event.newState === 'open';
            if (isOpen.value) nextTick(() => { place(); list.value.querySelector('button:not(:disabled)')?.focus(); });
        }
        function close() {
            list.value.hidePopover();
            button.value.focus();
        }
        function choose(item) {
            close();
            item.run();
        }
        function onKeydown(event) {
            const buttons = [...list.value.querySelectorAll('button:not(:disabled)')], at = buttons.indexOf(document.activeElement);
            const moves = { ArrowDown: at + 1, ArrowUp: at - 1 + buttons.length, Home: 0, End: buttons.length - 1 };
            if (event.key === 'Tab') return close();
            if (!(event.key in moves)) return;
            event.preventDefault();
            buttons[moves[event.key] % buttons.length].focus();
        }
        return () => h('span', { class: 'menu' }, [
            h('button', { ref: button, type: 'button', class: 'quiet', title: props.label, 'aria-label': props.label, 'aria-haspopup': 'menu', 'aria-expanded': String(isOpen.value), popovertarget: id }, icon(props.symbol)),
            h('div', { ref: list, id, popover: 'auto', class: 'menulist', role: 'menu', 'aria-label': props.label, onToggle, onKeydown }, isOpen.value ? props.items.map(item => h('button', {
                key: item.label, type: 'button', role: 'menuitem', tabindex: -1, disabled: item.isOff, onClick: () => choose(item),
            }, [icon(item.symbol), h('span', item.label)])) : []),
        ]);
    },
};

// What lies over the page: the browser's own dialog, which keeps the focus inside, closes at Escape and gives the focus back.
import { h, onBeforeUnmount, onMounted, ref } from '../core/vue.js';
import { icon } from './icons.js';

/**
 * @example isOpen.value ? h(Dialog, { title: 'Keys', look: 'drawer', onClose: () => { isOpen.value = false; } }, () => content) : null
 * `look`: `drawer` at the side, `palette` in the upper middle, `sheet` below the top bar's right end. A palette shows no head.
 */
export const Dialog = {
    props: { title: { type: String, required: true }, look: { type: String, default: 'drawer' } },
    emits: ['close'],
    setup(props, { slots, emit }) {
        const dialog = ref(null);
        onMounted(() => dialog.value.showModal());
        // Closing before it is taken away is what gives the focus back.
        onBeforeUnmount(() => dialog.value?.close());
        const close = () => dialog.value.close();
        return () => h('dialog', {
            ref: dialog, class: props.look, 'aria-label': props.title, onClose: () => emit('close'),
            onClick: event => { if (event.target === dialog.value) close(); },
        }, h('div', { class: 'inner' }, [
            props.look === 'palette' ? null : h('div', { class: 'dialoghead' }, [h('h2', props.title), h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close', title: 'Close (Esc)', onClick: close }, icon('close'))]),
            slots.default({ close }),
        ]));
    },
};

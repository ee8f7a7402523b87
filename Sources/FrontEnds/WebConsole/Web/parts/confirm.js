// A button for what cannot be taken back: the first press asks, the second one does it; leaving it forgets the first.
import { h, ref } from '../core/vue.js';
import { icon } from './icons.js';

export const ConfirmButton = {
    props: { label: { type: String, required: true }, symbol: { type: String, default: null }, look: { type: String, default: 'quiet' } },
    emits: ['confirm'],
    setup(props, { emit }) {
        const isAsking = ref(false);
        const press = () => {
            if (isAsking.value) emit('confirm');
            isAsking.value = !isAsking.value;
        };
        return () => h('button', {
            type: 'button', class: [props.look, { asking: isAsking.value }], title: isAsking.value ? `${props.label}: press again` : props.label, 'aria-label': isAsking.value ? `${props.label}: press again to do it` : props.label,
            onClick: press, onBlur: () => { isAsking.value = false; }, onPointerleave: () => { isAsking.value = false; },
        }, props.symbol ? icon(isAsking.value ? 'check' : props.symbol) : isAsking.value ? `${props.label}?` : props.label);
    },
};

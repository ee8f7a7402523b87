// A text widget: a safe part of Markdown.
import { computed, h } from '../../core/vue.js';
import { markdown } from '../../parts/markdown.js';

export const TextWidget = {
    props: { widget: { type: Object, required: true }, pixels: { type: Number, default: 0 } },
    setup: props => {
        const text = computed(() => markdown(props.widget.properties.markdown));
        return () => h('section', { class: ['widget', 'text', { card: props.widget.properties.background !== 'transparent' }], 'aria-label': `Text ${Number(props.widget.key) + 1}`, tabindex: 0 }, text.value);
    },
};

// A widget of a kind that is not here: it says what it is and shows what it holds.
import { h } from '../../core/vue.js';
import { JSONTree } from '../../parts/jsontree.js';
import { Frame } from './frame.js';

export const UnknownWidget = {
    props: { widget: { type: Object, required: true }, pixels: { type: Number, default: 0 } },
    setup: props => () => h(Frame, { title: `Widget of type “${props.widget.type || 'none'}”` }, { default: () => [h('p', { class: 'meta' }, 'This kind of widget is not supported here. It says:'), h(JSONTree, { value: props.widget.properties })] }),
};

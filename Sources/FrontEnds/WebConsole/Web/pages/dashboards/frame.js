// The card of a widget: as the ordinary card, with what it shows scrolling inside its place on the grid.
import { h } from '../../core/vue.js';
import { visible } from '../../core/format.js';
import { Card } from '../../parts/card.js';

export const Frame = {
    props: { title: { type: String, required: true }, live: Object, isEmpty: Boolean, messages: { type: Array, default: () => [] }, onRetry: Function },
    setup: (props, { slots }) => () => h(Card, { ...props, title: visible(props.title, 200) || 'Widget', class: 'widget', scrolls: true }, slots),
};

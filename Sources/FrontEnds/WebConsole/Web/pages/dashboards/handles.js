// What a widget has on it while its dashboard is edited: a grip to move it, a corner to resize it, and buttons. Arrow keys on the
// grip move it by a column or row, with Shift they resize it.
import { h, shallowRef } from '../../core/vue.js';
import { onGrid } from '../../core/gridlayout.js';
import { visible } from '../../core/format.js';
import { icon } from '../../parts/icons.js';

const titleOf = ({ type, properties }) => visible(properties.title ?? { text: 'Text' }[type] ?? type, 120);
const rectOf = ({ x, y, width, height }) => ({ x, y, width, height });

/** The rect after the pointer went so far, in columns and rows. */
const after = { move: (rect, columns, rows) => ({ ...rect, x: rect.x + columns, y: rect.y + rows }), resize: (rect, columns, rows) => ({ ...rect, width: rect.width + columns, height: rect.height + rows }) };
const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {{grid: () => HTMLElement, cell: {row: number, gap: number, columns: number}, onPlace: (index: number, rect: any) => void,
 *   onEdit: (index: number) => void, onCopy: (index: number) => void, onRemove: (index: number) => void}} options
 * @returns `{ preview, handles }`: where the widget under the pointer would come to lie, and the handles of a widget
 */
export function useHandles({ grid, cell, onPlace, onEdit, onCopy, onRemove }) {
    const preview = shallowRef(null);
    let held = null;

    function start(event, kind, index, widget) {
        if (event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        held = { kind, index, rect: rectOf(widget), x: event.clientX, y: event.clientY };
        preview.value = { index, rect: held.rect };
    }
    function move(event) {
        if (!held) return;
        const column = (grid().clientWidth + cell.gap) / cell.columns, columns = (event.clientX - held.x) / column, rows = (event.clientY - held.y) / (cell.row + cell.gap);
        preview.value = { index: held.index, rect: onGrid(after[held.kind](held.rect, columns, rows)) };
    }
    function end() {
        if (!held) return;
        const { index, rect } = preview.value, before = held.rect;
        held = preview.value = null;
        if (JSON.stringify(rect) !== JSON.stringify(before)) onPlace(index, rect);
    }
    const pointer = (kind, index, widget) => ({ onPointerdown: event => start(event, kind, index, widget), onPointermove: move, onPointerup: end, onPointercancel: () => { held = preview.value = null; } });

    function onKeydown(event, index, widget) {
        if (event.key === 'Delete') { event.preventDefault(); return onRemove(index); }
        if (event.key === 'Enter') { event.preventDefault(); return onEdit(index); }
        if (!steps[event.key]) return;
        event.preventDefault();
        event.stopPropagation();
        onPlace(index, onGrid(after[event.shiftKey ? 'resize' : 'move'](rectOf(widget), ...steps[event.key])));
    }

    const handles = (widget, index) => {
        const title = titleOf(widget), button = (label, symbol, act) => h('button', { type: 'button', class: 'quiet', title: `${label} (${title})`, 'aria-label': `${label} ${title}`, onClick: () => act(index) }, icon(symbol));
        return [
            h('div', { class: 'handles' }, [
                h('button', { type: 'button', class: 'grip', 'aria-label': `${title}: arrow keys move it, with Shift they resize it, Enter edits, Delete removes`, onKeydown: event => onKeydown(event, index, widget), ...pointer('move', index, widget) }, [icon('grip'), h('span', title)]),
                button('Edit', 'pencil', onEdit), button('Copy', 'copy', onCopy), button('Remove', 'close', onRemove),
            ]),
            h('i', { class: 'corner', 'aria-hidden': 'true', ...pointer('resize', index, widget) }),
        ];
    };
    return { preview, handles };
}

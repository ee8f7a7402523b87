// Places on a dashboard's grid: moving or resizing one widget pushes those it would cover down, and those push others in turn.

/** @typedef {{x: number, y: number, width: number, height: number}} Rect   in columns and rows */

export const gridColumns = 24, heightMax = 1000;

const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const between = (value, least, most) => Math.min(most, Math.max(least, Math.round(value)));

/** The nearest place that lies on the grid. @param {Rect} rect @returns {Rect} */
export function onGrid({ x, y, width, height }) {
    const fit = between(width, 1, gridColumns);
    return { x: between(x, 0, gridColumns - fit), y: between(y, 0, 10_000), width: fit, height: between(height, 1, heightMax) };
}

/**
 * All places after the one at `index` has become `rect`: that one stays where it was put, the others keep their columns and only
 * go down as far as they must.
 * @param {Rect[]} rects @returns {Rect[]}
 */
export function placed(rects, index, rect) {
    const settled = [onGrid(rect)], result = [...rects];
    result[index] = settled[0];
    const others = rects.map((other, at) => ({ other, at })).filter(({ at }) => at !== index).sort((a, b) => a.other.y - b.other.y || a.other.x - b.other.x);
    for (const { other, at } of others) {
        let place = other;
        for (let covering = settled.find(one => overlap(one, place)); covering; covering = settled.find(one => overlap(one, place))) place = { ...place, y: covering.y + covering.height };
        settled.push(place);
        result[at] = place;
    }
    return result;
}

/** Where a new one of this size finds room: in the last row if it fits there, else below all. @param {Rect[]} rects @returns {Rect} */
export function roomFor(rects, { width, height }) {
    const bottom = rects.reduce((most, rect) => Math.max(most, rect.y + rect.height), 0), lastTop = rects.filter(rect => rect.y + rect.height === bottom).reduce((least, rect) => Math.min(least, rect.y), bottom);
    for (let x = 0; x + width <= gridColumns; x += 1) {
        const rect = { x, y: lastTop, width, height };
        if (lastTop < bottom && !rects.some(other => overlap(other, rect))) return rect;
    }
    return { x: 0, y: bottom, width, height };
}

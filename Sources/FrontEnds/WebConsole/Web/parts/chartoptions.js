// What a chart draws, as ECharts options: a pure function of the data, the window and the theme's colours.
import { quantity, visible } from '../core/format.js';
import { shortClock, zone } from '../core/time.js';
import { isFilling, marginsOf, timeAxis } from './chartframe.js';
import { heatOptions } from './heatoptions.js';

/**
 * @typedef {{key: string, label: string, token: string, values: (number|null)[], isGhost?: boolean, color?: string, isRight?: boolean}} ChartSeries
 *   a ghost is of another time, and pale; `color` is used instead of the token's; right: measured on an axis of its own
 * @typedef {{value: number, label: string, color?: string}} Threshold
 * @typedef {{from?: number, to?: number, label: string, color?: string}} Band   an open end reaches to the chart's edge
 * @typedef {{times: number[], period: number, window: {from: number, to: number, now: number}, series: ChartSeries[],
 *   shape: 'line'|'area'|'bars'|'heat', unit: string, thresholds: Threshold[], isPlain?: boolean, markers?: {time: number, label: string}[],
 *   bands?: Band[], spans?: Band[], limits?: {min?: number, max?: number}}} ChartData   limits: of the left axis; plain: without a legend; markers: moments along it; bands: of values; spans: of time
 */

/** @param {ChartData} data; @param {Set<string>} hidden keys of series; @param {Record<string, string>} colors */
export function chartOptions(data, hidden, colors) {
    if (data.shape === 'heat') return heatOptions(data, colors);
    const shown = data.series.filter(series => !hidden.has(series.key));
    const filling = isFilling(data), hasRight = data.series.some(({ isRight }) => isRight);
    const drawn = shown.flatMap(series => data.shape === 'bars' && !series.isGhost ? [bars(series, data, filling, colors)] : lines(series, data, filling, colors));
    const first = drawn.find(({ yAxisIndex }) => yAxisIndex === 0);
    if (first && data.thresholds.length + (data.markers?.length ?? 0) > 0) first.markLine = thresholdLines(data, colors);
    if (first && (data.bands?.length ?? 0) + (data.spans?.length ?? 0) > 0) first.markArea = bandAreas(data, colors);
    return {
        animation: false, useUTC: zone.value === 'UTC',
        grid: { ...marginsOf(data), outerBoundsMode: 'none' },
        xAxis: timeAxis(data, colors),
        yAxis: [axisOf(shown.filter(({ isRight }) => !isRight), data, colors), ...hasRight ? [{ ...axisOf(shown.filter(({ isRight }) => isRight), { ...data, thresholds: [], limits: {} }, colors), splitLine: { show: false } }] : []],
        series: drawn,
    };
}

const axisOf = (shown, data, colors) => ({
    type: 'value', ...scale(shown, data),
    axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: colors.grid } },
    axisLabel: { color: colors.axis, fontSize: 11, formatter: value => quantity(value, data.unit) },
});

/** Steps of an axis, times a power of ten. */
const steps = [1, 2, 2.5, 5, 10];

/** An axis from zero with at most four round steps, and room for a threshold unless that would flatten the data. */
function scale(shown, { shape, times, thresholds, unit, limits = {} }) {
    const values = shown.flatMap(series => series.values.filter(value => value !== null && value !== undefined));
    if (limits.min || values.some(value => value < 0)) return { splitNumber: 4, ...limits };
    const sums = shape === 'line' ? values : times.map((_, index) => shown.reduce((sum, series) => sum + (series.values[index] ?? 0), 0));
    const largest = sums.reduce((best, value) => Math.max(best, value), 0);
    const near = thresholds.map(({ value }) => value * 1.04).filter(value => value <= Math.max(largest, 1e-9) * 5);
    const top = limits.max ?? (Math.max(largest, ...near) || 1);
    const power = 10 ** Math.floor(Math.log10(top / 4));
    const step = steps.map(factor => factor * power).find(step => Math.ceil(top / step) <= 4) ?? 10 * power;
    const interval = unit === 'Count' ? Math.max(1, Math.ceil(step)) : step;
    return { min: 0, max: limits.max ?? Math.ceil(top / interval) * interval, interval };
}

/** A period without data is a hole in the line; a point between two holes is drawn as a dot, or it would vanish. */
function points(series, { times }, from, to) {
    return times.slice(from, to).map((time, offset) => {
        const index = from + offset, value = series.values[index] ?? null;
        const isAlone = value !== null && (series.values[index - 1] ?? null) === null && (series.values[index + 1] ?? null) === null;
        return { value: [time, value], symbol: isAlone ? 'circle' : 'none', symbolSize: 5 };
    });
}

/** The line of the complete periods, and the newest one dashed while it fills. */
function lines(series, data, filling, colors) {
    const own = series.color ?? colors[series.token];
    const end = data.times.length, isArea = data.shape === 'area';
    const look = (name, part) => ({
        type: 'line', yAxisIndex: series.isRight ? 1 : 0, id: `${series.key}\u0000${part}`, name, connectNulls: false, silent: true, showSymbol: true,
        stack: isArea && !series.isGhost ? part + (series.isRight ? ' right' : '') : undefined, color: own,
        lineStyle: { width: series.isGhost ? 1 : 1.5, opacity: series.isGhost ? 0.6 : 1, join: 'bevel', color: own, type: series.isGhost ? [2, 3] : part === 'filling' ? [4, 4] : 'solid' },
        areaStyle: isArea && !series.isGhost ? { color: own, opacity: part === 'filling' ? 0.1 : 0.28 } : undefined,
    });
    const complete = { ...look(series.label, 'complete'), data: points(series, data, 0, filling ? end - 1 : end) };
    if (!filling) return [complete];
    return [complete, { ...look(series.label, 'filling'), data: points(series, data, Math.max(0, end - 2), end) }];
}

/** Stacked bars; the newest is an outline while its period fills. */
function bars(series, data, filling, colors) {
    const last = data.times.length - 1, own = series.color ?? colors[series.token];
    return {
        type: 'bar', yAxisIndex: series.isRight ? 1 : 0, id: series.key, name: series.label, stack: series.isRight ? 'right' : 'all', silent: true, barMaxWidth: 14, barMinWidth: 1.5, barCategoryGap: '25%',
        color: own,
        data: data.times.map((time, index) => ({
            value: [time, series.values[index] ?? null],
            itemStyle: filling && index === last ? { color: 'transparent', borderColor: own, borderType: [3, 3] } : undefined,
        })),
    };
}

function thresholdLines({ thresholds, unit, markers = [] }, colors) {
    return {
        silent: true, symbol: 'none', animation: false,
        lineStyle: { color: colors.alarm, width: 1, type: [6, 4] },
        data: [
            ...thresholds.map(({ value, color }) => ({
                yAxis: value, lineStyle: color ? { color } : undefined,
                label: { show: value !== 0, formatter: () => quantity(value, unit), position: 'insideStartTop', color: colors.alarm, fontSize: 11 },
            })),
            ...markers.map(({ time, label }) => ({
                xAxis: time, lineStyle: { color: colors.ink, type: 'solid' }, label: { show: label !== '', formatter: () => visible(label, 40), position: 'insideEndTop', color: colors.ink, fontSize: 11 },
            })),
        ],
    };
}

/** Pale areas: between values, and between moments. An end that is open reaches to the chart's edge. */
function bandAreas({ bands = [], spans = [], window }, colors) {
    const area = ({ label, color }, from, to) => [
        { coord: from, itemStyle: { color: color ?? colors.alarm, opacity: 0.12 }, label: { show: label !== '', formatter: () => visible(label, 40), position: 'insideTopLeft', color: colors.ink, fontSize: 11 } },
        { coord: to },
    ];
    return { silent: true, animation: false, data: [
        ...bands.map(band => area(band, [window.from, band.from], [window.to, band.to])), ...spans.map(span => area(span, [span.from ?? window.from, undefined], [span.to ?? window.to, undefined])),
    ] };
}

/** The index of the newest complete period that has a value, or -1. */
export function latestIndex(data, series) {
    for (let index = data.times.length - (isFilling(data) ? 2 : 1); index >= 0; index -= 1) {
        if ((series.values[index] ?? null) !== null) return index;
    }
    return -1;
}

/** One sentence for who cannot see the chart. */
export function summary(title, data) {
    if (data.series.length === 0) return `${title}: no series`;
    const parts = data.series.map(series => {
        const known = series.values.map((value, index) => ({ value, index })).filter(({ value }) => value !== null && value !== undefined);
        if (known.length === 0) return `${series.label} without data`;
        const top = known.reduce((best, point) => point.value > best.value ? point : best);
        const at = latestIndex(data, series);
        const latest = at < 0 ? '' : `${quantity(series.values[at], data.unit)} now, `;
        return `${series.label} ${latest}at most ${quantity(top.value, data.unit)} at ${shortClock(data.times[top.index])}`;
    });
    return `${title}, ${{ bars: 'bar chart', heat: 'heat map' }[data.shape] ?? `${data.shape} chart`}: ${parts.join('; ')}`;
}

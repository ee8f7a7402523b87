// Taking data away as a file, made in the browser; nothing leaves the page.
import { visible } from '../core/format.js';

/** Rows as comma-separated values (RFC 4180). A spreadsheet would run a cell that begins like a formula, so that gets a quote before it. */
export function csvOf(names, rows) {
    const cell = value => {
        const text = String(value ?? ''), isNumber = text !== '' && Number.isFinite(Number(text));
        const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
        return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    return [names, ...rows].map(row => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

export function saveBlob(name, blob) {
    const anchor = document.createElement('a'), address = URL.createObjectURL(blob);
    anchor.href = address;
    anchor.download = name;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export const saveText = (name, text, type) => saveBlob(name, new Blob([text], { type }));

/** A picture of a chart as it is seen: its title, the drawing (at twice the size), and whose line is whose. */
export function saveChart(title, drawing, series, colors) {
    const scale = 2, line = 18 * scale, pad = 12 * scale, canvas = document.createElement('canvas'), columns = Math.max(1, Math.floor(drawing.width / (240 * scale)));
    canvas.width = drawing.width + 2 * pad;
    canvas.height = drawing.height + 3 * pad + line * (1 + Math.ceil(series.length / columns));
    const pen = canvas.getContext('2d');
    pen.fillStyle = colors['bg-1'];
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = colors.ink;
    pen.font = `600 ${14 * scale}px sans-serif`;
    pen.fillText(title, pad, pad + 12 * scale, drawing.width);
    pen.drawImage(drawing, pad, pad + line);
    pen.font = `${12 * scale}px sans-serif`;
    series.forEach(({ label, token }, index) => {
        const x = pad + (index % columns) * (drawing.width / columns), y = 2 * pad + line * (1 + Math.floor(index / columns)) + drawing.height;
        pen.fillStyle = colors[token];
        pen.fillRect(x, y, 10 * scale, 10 * scale);
        pen.fillStyle = colors['ink-2'];
        pen.fillText(visible(label, 120), x + 16 * scale, y + 10 * scale, drawing.width / columns - 24 * scale);
    });
    canvas.toBlob(blob => { if (blob) saveBlob(`${title.replace(/[^\w.-]+/g, '-').slice(0, 80) || 'chart'}.png`, blob); });
}

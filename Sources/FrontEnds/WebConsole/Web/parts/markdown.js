// A safe part of Markdown, built as elements and never as markup: headings, paragraphs, lists, tables, code, rules, emphasis,
// links and CloudWatch's buttons. Anything else is shown as it was written.
import { h } from '../core/vue.js';
import { visible } from '../core/format.js';

const textMax = 50_000, linesMax = 2000, depthMax = 6;

/** Only places a link may lead to without doing anything here. */
function safeAddress(text) {
    try {
        const address = new URL(text, location.origin);
        if (address.protocol === 'mailto:') return address.href;
        return ['http:', 'https:'].includes(address.protocol) ? address.href : null;
    } catch {
        return null;
    }
}

function anchor(text, target, isButton) {
    const address = safeAddress(target);
    if (address === null) return visible(text, 2000);
    const isHere = address.startsWith(location.origin + '/');
    return h('a', { href: address, class: isButton ? 'button plainbutton' : null, ...isHere ? {} : { target: '_blank', rel: 'noopener noreferrer' } }, visible(text, 2000));
}

const inlineToken = /(`[^`\n]+`)|\[button:(?:primary:)?([^\]\n]{1,300})\]\(([^)\s]{1,2000})[^)\n]*\)|\[([^\]\n]{1,300})\]\(([^)\s]{1,2000})[^)\n]*\)|\*\*([^*\n]{1,2000})\*\*|__([^_\n]{1,2000})__|\*([^*\s][^*\n]{0,2000})\*|\b_([^_\s][^_\n]{0,2000})_\b/g;

function inline(text, depth = 0) {
    if (depth > depthMax) return [visible(text)];
    const found = [];
    let at = 0;
    for (const match of text.matchAll(inlineToken)) {
        if (match.index > at) found.push(visible(text.slice(at, match.index), textMax));
        const [whole, code, button, buttonTo, label, labelTo, strong, strong2, soft, soft2] = match;
        if (code) found.push(h('code', visible(code.slice(1, -1), 2000)));
        else if (button !== undefined) found.push(anchor(button, buttonTo, true));
        else if (label !== undefined) found.push(anchor(label, labelTo, false));
        else if (strong ?? strong2) found.push(h('strong', inline(strong ?? strong2, depth + 1)));
        else found.push(h('em', inline(soft ?? soft2, depth + 1)));
        at = match.index + whole.length;
    }
    if (at < text.length) found.push(visible(text.slice(at), textMax));
    return found;
}

const listItem = /^\s*(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const cells = line => line.trim().replace(/^\||\|$/g, '').split('|').map(cell => cell.trim());

/** @param {string} source @returns the elements, in order */
export function markdown(source) {
    const whole = String(source ?? ''), lines = whole.slice(0, textMax).split(/\r?\n/).slice(0, linesMax), blocks = [];
    for (let at = 0; at < lines.length;) {
        const line = lines[at];
        if (line.trim() === '') { at += 1; continue; }
        const fence = /^\s*(```|~~~)/.exec(line);
        if (fence) {
            let end = at + 1;
            while (end < lines.length && !lines[end].trim().startsWith(fence[1])) end += 1;
            blocks.push(h('pre', { tabindex: 0, role: 'region', 'aria-label': 'Code' }, visible(lines.slice(at + 1, end).join('\n'), textMax)));
            at = end + 1;
            continue;
        }
        const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
        // The page has its own first heading, so a text's first is a second one.
        if (heading) { blocks.push(h(`h${Math.min(6, heading[1].length + 1)}`, inline(heading[2]))); at += 1; continue; }
        if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) { blocks.push(h('hr')); at += 1; continue; }
        if (line.includes('|') && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[at + 1] ?? '') && (lines[at + 1] ?? '').includes('-')) {
            let end = at + 2;
            while (end < lines.length && lines[end].includes('|')) end += 1;
            blocks.push(h('table', [h('thead', h('tr', cells(line).map(cell => h('th', { scope: 'col' }, inline(cell))))), h('tbody', lines.slice(at + 2, end).map(row => h('tr', cells(row).map(cell => h('td', inline(cell))))))]));
            at = end;
            continue;
        }
        if (listItem.test(line)) {
            const isNumbered = listItem.exec(line)[1] !== undefined, items = [];
            while (at < lines.length && listItem.test(lines[at])) { items.push(h('li', inline(listItem.exec(lines[at])[2]))); at += 1; }
            blocks.push(h(isNumbered ? 'ol' : 'ul', items));
            continue;
        }
        const start = at;
        while (at < lines.length && lines[at].trim() !== '' && (at === start || !/^(#{1,6}\s|\s*(```|~~~)|\s*(?:[-*+]|\d{1,9}[.)])\s)/.test(lines[at]))) at += 1;
        blocks.push(h('p', lines.slice(start, at).flatMap((part, index) => [index > 0 ? h('br') : null, ...inline(part.replace(/^>\s?/, ''))])));
    }
    if (whole.length > textMax) blocks.push(h('p', { class: 'meta' }, 'The rest of this text is too long to show.'));
    return blocks;
}

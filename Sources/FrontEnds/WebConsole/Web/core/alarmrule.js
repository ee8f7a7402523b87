// The rule of a composite alarm as a tree, and what it comes to with the states its alarms have now.
// Source: CloudWatch API reference, PutCompositeAlarm, AlarmRule.

/**
 * @typedef {{kind: 'and'|'or'|'not', children: Rule[]} | {kind: 'state', state: string, name: string} | {kind: 'constant', value: boolean}} Rule
 */

const token = /\s*(?:(AND|OR|NOT)\b|(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|([^\s()"']+))\s*\)|(TRUE|FALSE)\b|([()]))/iy;
const depthMax = 64;

/** @returns {Rule|null} null when the text is no rule */
export function readRule(text) {
    const words = [];
    token.lastIndex = 0;
    const end = text.trimEnd().length;
    while (token.lastIndex < end) {
        const found = token.exec(text);
        if (!found) return null;
        words.push(found);
    }
    let at = 0;
    const isNext = word => words[at]?.[1]?.toUpperCase() === word, isMark = mark => words[at]?.[7] === mark;

    function list(kind, word, part, depth) {
        const children = [part(depth)];
        while (isNext(word)) { at += 1; children.push(part(depth)); }
        return children.length === 1 ? children[0] : { kind, children };
    }
    const any = depth => list('or', 'OR', all, depth);
    const all = depth => list('and', 'AND', one, depth);
    function one(depth) {
        if (depth > depthMax) throw new Error('too deep');
        if (isNext('NOT')) { at += 1; return { kind: 'not', children: [one(depth + 1)] }; }
        if (isMark('(')) {
            at += 1;
            const inner = any(depth + 1);
            if (!isMark(')')) throw new Error('open');
            at += 1;
            return inner;
        }
        const word = words[at];
        if (!word || word[1] || word[7]) throw new Error('no operand');
        at += 1;
        if (word[6]) return { kind: 'constant', value: word[6].toUpperCase() === 'TRUE' };
        return { kind: 'state', state: word[2].toUpperCase(), name: (word[3] ?? word[4] ?? word[5]).replace(/\\(.)/g, '$1').replace(/^arn:.*:alarm:/, '') };
    }
    try {
        const rule = any(0);
        return at === words.length ? rule : null;
    } catch {
        return null;
    }
}

/** Whether a rule holds. @param {(name: string) => string|undefined} stateOf */
export function holds(rule, stateOf) {
    switch (rule.kind) {
        case 'and': return rule.children.every(child => holds(child, stateOf));
        case 'or': return rule.children.some(child => holds(child, stateOf));
        case 'not': return !holds(rule.children[0], stateOf);
        case 'state': return stateOf(rule.name) === rule.state;
        default: return rule.value;
    }
}

/** Whether a child decides what its parent comes to: a true one of an "or" that holds, a false one of an "and" that does not. */
export function decides(parent, child, stateOf) {
    const whole = holds(parent, stateOf), part = holds(child, stateOf);
    return parent.kind === 'not' || parent.kind === 'or' && (whole ? part : true) || parent.kind === 'and' && (whole ? true : !part);
}

/** The names of the alarms in a rule, each once. */
export const alarmsIn = rule => [...new Set(rule.kind === 'state' ? [rule.name] : (rule.children ?? []).flatMap(alarmsIn))];

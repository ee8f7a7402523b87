// The theme in force, and the colours of tokens.css as plain values for what is drawn on canvas.
import { computed, ref } from './vue.js';
import { remembered } from './memory.js';

const system = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = ref(system.matches);
system.addEventListener('change', () => { systemIsDark.value = system.matches; });

const setting = remembered('theme', 'system');
const chosen = setting.value;

export const isDark = computed(() => chosen.value === 'dark' || (chosen.value !== 'light' && systemIsDark.value));

export function toggleTheme() {
    setting.set(isDark.value ? 'light' : 'dark');
    document.documentElement.dataset.theme = chosen.value;
}

const names = ['bg-1', 'bg-2', 'ink', 'ink-2', 'line', 'grid', 'axis', 'accent', 'ok', 'alarm', 'warn', 'nodata',
    'heat-0', 'heat-1', 'heat-2', 'heat-3', 'heat-4', 'heat-5', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 's8'];

/**
 * The tokens as colours a canvas understands. A custom property holds both themes' colours, so each is resolved by the
 * browser on an element that uses it. Recomputed when the theme changes.
 */
export const colors = computed(() => {
    void isDark.value;
    const probe = document.createElement('i');
    document.body.append(probe);
    const found = {};
    for (const name of names) {
        probe.style.color = `var(--${name})`;
        found[name] = getComputedStyle(probe).color;
    }
    probe.remove();
    return found;
});

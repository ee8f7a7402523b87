// Runs before the first paint, so that a chosen theme does not flash the other one.
try {
    const chosen = localStorage.getItem('groundwatch.theme');
    if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
} catch {
    // Storage is forbidden in this browser: the system's theme it is.
}

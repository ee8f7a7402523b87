// The entry: the shell around the page that the address names.
import { createApp } from './vue.js';
import { Shell } from '../parts/shell.js';

createApp(Shell).mount('#app');

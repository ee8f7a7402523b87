// The entry: the sign-in where the server asks for one, else the shell around the page that the address names.
import { createApp } from './vue.js';
import { Door } from '../parts/door.js';

createApp(Door).mount('#app');

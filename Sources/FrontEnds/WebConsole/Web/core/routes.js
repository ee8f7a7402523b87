// The pages that exist. The rail shows these and no others; a page is one line here and one folder under pages/.
import { Home } from '../pages/home/home.js';

export const routes = [
    { path: '/', name: 'Home', icon: 'home', page: Home },
];

export const routeOf = path => routes.find(entry => entry.path === path);

// Whose data is looked at: an account and a region, both in the address. A request carries them where every AWS client does, in
// the credential scope of its signature; a server that takes requests without keys reads the scope and checks no signature.
// Source: AWS General Reference, signature version 4, "credential scope".
import { computed } from './vue.js';
import { rememberedList } from './memory.js';
import { address, route } from './router.js';
import { session } from './session.js';

/** The server's own, or that of who is signed in: `account` and `region`. */
export const ownScope = session;

const accountPattern = /^\d{12}$/, regionPattern = /^[a-z]{2}(-[a-z]+){1,3}-\d{1,2}$/;

/** The scope in force; what does not look like one is the server's own. */
export const scope = computed(() => ({
    account: accountPattern.test(route.query.account ?? '') ? route.query.account : ownScope.account,
    region: regionPattern.test(route.query.region ?? '') ? route.query.region : ownScope.region,
}));

const isOwn = ({ account, region }) => account === ownScope.account && region === ownScope.region;

/** Scopes that somebody chose by hand, as "account region". */
export const recentScopes = rememberedList('scopes', 6);

/** What is wrong with each part, or null: `{ account, region }`. */
export const scopeMistakes = ({ account, region }) => ({
    account: accountPattern.test(account) ? null : 'An account is twelve digits.',
    region: regionPattern.test(region) ? null : 'A region looks like eu-west-1.',
});

/** The page anew with another scope: nothing of the one before may stay on it. */
export function chooseScope({ account, region }) {
    recentScopes.add(`${account} ${region}`);
    const { account: _, region: __, ...rest } = route.query;
    location.assign(address(route.path, isOwn({ account, region }) ? rest : { ...rest, account, region }));
}

/** The header that names the scope to `service`, by its signing name; none for the server's own. */
export function scopeHeaders(service) {
    if (isOwn(scope.value)) return {};
    const { account, region } = scope.value, time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    return {
        Authorization: `AWS4-HMAC-SHA256 Credential=${account}/${time.slice(0, 8)}/${region}/${service}/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
        'X-Amz-Date': time,
    };
}

/** Runes everywhere, so that no idiom of an older Svelte slips in. */
export default { compilerOptions: { runes: true } };

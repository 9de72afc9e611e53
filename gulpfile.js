const { rm } = require('node:fs/promises');
const { dest, parallel, src } = require('gulp');

/** Removes the last build, so that a renamed file leaves no twin behind. */
const clean = () => rm('dist', { recursive: true, force: true });

/** Copies the icons, which node and credential share. */
const icons = () => src('icons/*.svg').pipe(dest('dist/icons'));

/** Copies the codex files (categories, aliases, links) beside their nodes. */
const codex = () => src('nodes/**/*.node.json').pipe(dest('dist/nodes'));

/** Copies the output schemas, from which n8n shows the fields of the output before the first run. */
const schemas = () => src('nodes/**/__schema__/**/*.json').pipe(dest('dist/nodes'));

exports.clean = clean;
exports.assets = parallel(icons, codex, schemas);

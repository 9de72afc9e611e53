/** The look of the contact sheet, in light and dark. Each card is as wide as its picture's shape asks. */
export const STYLE = `
:root {
	color-scheme: light dark;
	--page: #f4f2ee; --card: #ffffff; --ink: #1f2328; --soft: #666b73; --line: #e2ded6;
	--bad: #b3261e; --bad-page: #fdecea; --accent: #b4472f;
}
@media (prefers-color-scheme: dark) {
	:root {
		--page: #16181c; --card: #212429; --ink: #eceef1; --soft: #a0a6af; --line: #33373e;
		--bad: #ffb4ab; --bad-page: #3b1f1d; --accent: #f2937c;
	}
}
* { box-sizing: border-box; }
body {
	max-width: 1320px; margin: 0 auto; padding: 40px 28px 64px;
	background: var(--page); color: var(--ink);
	font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
h1 { margin: 0; font-size: 30px; line-height: 1.2; letter-spacing: -0.02em; }
h2 { margin: 0; font-size: 20px; letter-spacing: -0.01em; }
header p, .count { margin: 4px 0 0; color: var(--soft); }
header { padding-bottom: 20px; border-bottom: 3px solid var(--accent); }
section { margin-top: 36px; }
.pictures { display: flex; flex-wrap: wrap; gap: 18px; margin-top: 16px; }
.pictures::after { content: ""; flex: 1000 0 0; }
figure {
	flex: calc(var(--shape) * 100) 1 calc(var(--shape) * 280px);
	min-width: 210px; max-width: calc(var(--shape) * 380px + 60px); margin: 0;
	display: flex; flex-direction: column; overflow: hidden;
	background: var(--card); border: 1px solid var(--line); border-radius: 10px;
}
figure a { display: block; background: var(--line); }
figure img { display: block; width: 100%; height: auto; }
figcaption { padding: 12px 14px 14px; }
figcaption p { margin: 0 0 10px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; margin: 0; font-size: 12.5px; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 12px; }
.failed { margin: 16px 0 0; padding: 0; list-style: none; }
.failed li {
	margin-top: 8px; padding: 10px 14px; overflow-wrap: anywhere;
	background: var(--bad-page); border-left: 4px solid var(--bad); border-radius: 6px;
}
.failed strong { color: var(--bad); }
.failed p { margin: 4px 0 0; color: var(--soft); }
@media print { body { padding: 0; } figure, .failed li { break-inside: avoid; } }
`.trim();
